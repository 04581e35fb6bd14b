import { runtimeContract } from "../runtime.contract.ts";
import { runtime } from "./index.ts";

runtimeContract(runtime, { device: "cpu", missing: "cuda" });
