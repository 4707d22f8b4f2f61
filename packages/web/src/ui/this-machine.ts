// Whether an address always means the computer it is opened on.

/** `hostname` as in a `Location`: an IPv6 address has brackets. */
export function isThisMachine(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
