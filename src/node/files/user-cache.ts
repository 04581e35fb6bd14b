import { homedir, platform } from "node:os";
import { join } from "node:path";

/**
 * The folder where striate keeps what it can fetch or compute again, for this user:
 * `STRIATE_CACHE`, or what the system uses for such things.
 */
export function userCacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (env["STRIATE_CACHE"]) return env["STRIATE_CACHE"];
  if (platform() === "win32")
    return join(env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "striate", "cache");
  if (platform() === "darwin") return join(homedir(), "Library", "Caches", "striate");
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "striate");
}
