import "../components/tokens.css";
import "./style.css";
import { firstLookFile } from "../engine/first-look.ts";
import { parseAddress } from "./state/address.ts";
import { beginFetching } from "./state/fetch-file.ts";
import { keepOffline, servedHere } from "./state/keep-offline.ts";
import { packagedModel, packagedPhotos, photoPath } from "./state/packaged.ts";
import { startedWorker } from "./state/worker-engine.ts";

// What is shown first, and what computes, are loaded beside the page and not after it.
if (!servedHere()) {
  const { model, photo } = parseAddress(location.hash);
  // The maps that came with the page are painted before the engine takes the processor.
  if (model === undefined && photo === undefined) beginFetching(firstLookFile, "high");
  else startedWorker();
  if (model === undefined) beginFetching(packagedModel, "low");
  if (photo === undefined) beginFetching(photoPath(packagedPhotos[0]!));
}
void import("./mount.ts");
// Without its headers there are no threads; else it can wait until the network is open.
if (!crossOriginIsolated) keepOffline();
