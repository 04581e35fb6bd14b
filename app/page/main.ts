import "../components/tokens.css";
import "./style.css";
import { parseAddress } from "./state/address.ts";
import { beginFetching } from "./state/fetch-file.ts";
import { keepOffline, servedHere } from "./state/keep-offline.ts";
import { packagedModel, packagedPhotos, photoPath } from "./state/packaged.ts";
import { startedWorker } from "./state/worker-engine.ts";

// What computes, and what it is to compute, are loaded beside the page and not after it.
if (!servedHere()) {
  startedWorker();
  const { model, photo } = parseAddress(location.hash);
  if (model === undefined) beginFetching(packagedModel);
  if (photo === undefined) beginFetching(photoPath(packagedPhotos[0]!));
}
void import("./mount.ts");
keepOffline();
