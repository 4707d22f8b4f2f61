// A text as a QR code: dark modules on white in every theme, because cameras need that.

import { useEffect, useState } from 'preact/hooks';
import { background } from '../background.ts';

type QrCodeProps = { readonly text: string; readonly label: string };
type Drawn = { readonly text: string; readonly modules: Modules | undefined };
type Modules = { readonly size: number; readonly data: readonly (readonly boolean[])[] };

/** The encoder is loaded when the first code is shown; until then its place is empty. */
export function QrCode({ text, label }: QrCodeProps) {
  const [drawn, setDrawn] = useState<Drawn>();
  useEffect(() => background(encoded(text).then((made) => setDrawn({ text, modules: made }))), [text]);
  // The link may have changed since.
  const modules = drawn?.text === text ? drawn.modules : undefined;
  return (
    <div class="qr">
      {modules && (
        <svg viewBox={`0 0 ${modules.size} ${modules.size}`} role="img" aria-label={label}>
          <path d={modulesPath(modules.data)} />
        </svg>
      )}
    </div>
  );
}

/** Undefined where the server can't be reached for the encoder: the link itself is there. */
async function encoded(text: string): Promise<Modules | undefined> {
  try {
    const { encode } = await import('uqr');
    return encode(text, { ecc: 'M', border: 2 });
  } catch {
    return undefined;
  }
}

/** One rectangle for each run of dark modules in a row. */
export function modulesPath(rows: readonly (readonly boolean[])[]): string {
  let path = '';
  for (const [y, row] of rows.entries()) {
    let start = 0;
    while (start < row.length) {
      const run = darkRun(row, start);
      if (run > 0) path += `M${start} ${y}h${run}v1h-${run}z`;
      start += Math.max(run, 1);
    }
  }
  return path;
}

function darkRun(row: readonly boolean[], start: number): number {
  let end = start;
  while (row[end] === true) end += 1;
  return end - start;
}
