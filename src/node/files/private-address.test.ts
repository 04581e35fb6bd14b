import { describe, expect, it } from "vitest";
import { isPrivateHost } from "./private-address.ts";

describe("a private address", () => {
  it.each([
    ...["localhost", "a.localhost", "printer.local", "127.0.0.1", "127.1", "2130706433", "0x7f.1"],
    ...["10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"],
    ...["[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[::ffff:a00:1]"],
  ])("%s", async (host) => {
    expect(await isPrivateHost(new URL(`http://${host}/x`))).toBe(true);
  });

  it.each(["93.184.216.34", "172.32.0.1", "[2606:2800:220:1::1]", "[::ffff:93.184.216.34]"])(
    "%s is none",
    async (host) => {
      expect(await isPrivateHost(new URL(`http://${host}/x`))).toBe(false);
    },
  );
});
