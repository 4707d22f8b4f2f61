// The client's network, to which limits apply: an IPv4 address or an IPv6 /64.

import { isIPv4, isIPv6 } from 'node:net';

/**
 * The client's address. Each proxy appends the address it saw, so the entry of the outermost of `trustProxy` proxies is that many
 * from the right. Entries further left can be forged. Without a valid entry: the socket's own address.
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
  trustProxy: number,
): string {
  const own = socketAddress ?? '';
  if (trustProxy === 0) return own;
  const words = String(forwardedFor ?? '').split(',');
  const address = bareAddress(words.at(-trustProxy)?.trim() ?? '');
  return isIPv4(address) || isIPv6(address) ? address : own;
}

// Some proxies add the port.
function bareAddress(word: string): string {
  return /^\[(.+)\](?::\d{1,5})?$/.exec(word)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(word)?.[1] ?? word;
}

/** 4 bytes of IPv4, 8 of IPv6, none if there is no address (a local socket). */
export function networkOf(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.'), Number);
  if (!isIPv6(address)) return new Uint8Array(0);
  const groups = groupsOf(address.replace(/%.*$/, ''));
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xff_ff;
  return bytesOf(isMapped ? groups.slice(6) : groups.slice(0, 4));
}

/** The first 48 bits of IPv6, which one household or company may own; IPv4 as above. */
export function siteOf(address: string): Uint8Array {
  return networkOf(address).subarray(0, SITE_BYTES);
}

const SITE_BYTES = 6;

function groupsOf(address: string): readonly number[] {
  const [front = [], back = []] = address.split('::').map(readGroups);
  return [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
}

function readGroups(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!isIPv4(group)) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function bytesOf(groups: readonly number[]): Uint8Array {
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}
