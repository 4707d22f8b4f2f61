// The path this server runs under (BASE_PATH): `/`, or for example `/chat-app/`.

/** With one slash at each end, however many the text has. Undefined: not a plain path. */
export function parseBasePath(text: string): string | undefined {
  const parts = text.split('/').filter((part) => part !== '');
  const isPlain = parts.every((part) => /^[\w.~-]+$/.test(part) && !/^\.{1,2}$/.test(part));
  return isPlain ? ['', ...parts, ''].join('/') : undefined;
}

/** The URL as it would be at `/`. Proxies may have removed the path already. */
export function withoutBase(url: string, base: string): string {
  if (base === '/') return url;
  const path = url.replace(/^\/+/, '/');
  if (path.startsWith(base)) return path.slice(base.length - 1);
  const bare = base.slice(0, -1);
  return path === bare || path.startsWith(`${bare}?`) ? `/${path.slice(bare.length)}` : url;
}
