// The path under which all addresses of this server lie (BASE_PATH): `/`, or for example `/chat-app/`.

/** With a slash at both ends, whatever slashes the text has. Undefined: not a path that addresses keep as it is. */
export function parseBasePath(text: string): string | undefined {
  const parts = text.split('/').filter((part) => part !== '');
  const isPlain = parts.every((part) => /^[\w.~-]+$/.test(part) && !/^\.{1,2}$/.test(part));
  return isPlain ? ['', ...parts, ''].join('/') : undefined;
}

/** An address as it would be at `/`. Some proxies have removed the path already. */
export function withoutBase(url: string, base: string): string {
  if (base === '/') return url;
  const path = url.replace(/^\/+/, '/');
  if (path.startsWith(base)) return path.slice(base.length - 1);
  const bare = base.slice(0, -1);
  return path === bare || path.startsWith(`${bare}?`) ? `/${path.slice(bare.length)}` : url;
}
