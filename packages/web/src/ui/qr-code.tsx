// A text as a QR code: dark modules on white in every theme, so that cameras read it.

import { encode } from 'uqr';

type QrCodeProps = { readonly text: string; readonly label: string };

export function QrCode({ text, label }: QrCodeProps) {
  const { data, size } = encode(text, { ecc: 'M', border: 2 });
  return (
    <div class="qr">
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
        <path d={modulesPath(data)} />
      </svg>
    </div>
  );
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
