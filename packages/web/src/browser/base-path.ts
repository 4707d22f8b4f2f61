// Where on its host the server is: at `/`, or under the path of BASE_PATH.

/** With a slash at both ends. The server writes it into the page. */
export function basePath(): string {
  return document.querySelector<HTMLMetaElement>('meta[name=mayfly-base]')?.content ?? '/';
}

/** The server this page came from, as the SDK and links name it. */
export function serverAddress(): string {
  return location.origin + basePath().slice(0, -1);
}
