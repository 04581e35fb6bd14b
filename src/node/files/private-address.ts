import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/**
 * Addresses that mean this computer, or computers beside it, and to everybody others.
 *
 * Source: the IANA special-purpose address registries (RFC 6890)
 */
const ours = new BlockList();
for (const [address, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  ours.addSubnet(address, bits);
for (const [address, bits] of [
  ["::", 127],
  ["64:ff9b:1::", 48],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  ours.addSubnet(address, bits, "ipv6");

/** Whether a host, by its name or number, stands in a private network or is this computer. */
export async function isPrivateHost({ hostname }: URL): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) > 0) return isPrivate(host);
  if (/(^|\.)(localhost|local|internal)\.?$/i.test(host)) return true;
  // A name that leads nowhere is refused when it is asked.
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.some(({ address }) => isPrivate(address));
}

/** IPv4 in IPv6's clothes is looked at as what it is. */
function isPrivate(address: string): boolean {
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (mapped) {
    const [high, low] = [parseInt(mapped[1]!, 16), parseInt(mapped[2]!, 16)];
    return isPrivate([high >> 8, high & 255, low >> 8, low & 255].join("."));
  }
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  return ours.check(dotted, isIP(dotted) === 6 ? "ipv6" : "ipv4");
}
