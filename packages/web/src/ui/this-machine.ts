// Whether an address leads to this very computer, wherever it is opened.

/** `hostname` as in a `Location`: an IPv6 address stands in brackets. */
export function isThisMachine(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
