// The system's Chromium, and how every test starts it.

/** Where it lies. */
export function chromiumPath(): string {
  const path = process.env['CHROMIUM_PATH'];
  if (path === undefined) throw new Error('CHROMIUM_PATH is not set: run this through npm test');
  return path;
}

export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A microphone that beeps; pages still have to ask for it.
  '--use-fake-device-for-media-stream',
];
