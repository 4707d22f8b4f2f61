// The texts about files, in English.

import { LANGUAGE, counted } from './quantities.ts';
import { sentence } from './sentence.ts';

const rounded = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 2 });
const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });

const SIZE = { bytes: '{size} B', kilobytes: '{size} KB', megabytes: '{size} MB' } as const;

/** `18 KB`, `1.1 MB`. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return sentence(SIZE.bytes, { size: bytes });
  if (bytes < 1_000_000) return sentence(SIZE.kilobytes, { size: whole.format(Math.ceil(bytes / 1000)) });
  const size = bytes / 1_000_000;
  return sentence(SIZE.megabytes, { size: (size < 10 ? rounded : whole).format(size) });
}

/** Why a file wasn't sent. */
const WHY = {
  room_full: 'This room is full of files. Unsend one you no longer need.',
  server_full: 'The server is short of memory. It takes no new files for now, but text gets through.',
  not_allowed: 'The server doesn’t take this file.',
  no_files: 'This server takes no files.',
  too_big: 'This file is too big for this server.',
  unreadable: 'This file can’t be read. It may have been moved or changed.',
  refused: 'The server doesn’t take this file.',
  too_long: 'The text below the file is too long.',
} as const;

export const fileTexts = {
  camera: 'Take a picture',
  record: 'Record a voice message',

  dropHere: 'Drop to attach',
  dropLimit: (bytes: number) => `Up to ${fileSize(bytes)} each. You can look at everything before it’s sent.`,

  tray: 'To send',
  remove: (name: string) => `Remove ${name}`,
  move: (name: string) => `Move ${name}`,
  howToMove: 'Drag it, or press the arrow keys',
  moved: (name: string, number: number, count: number) => `${name} is number ${number} of ${count}.`,
  caption: 'Caption',
  captionOf: (name: string) => `Caption of ${name}`,
  trayTip: (count: number, bytes: number) =>
    counted(count, {
      one: `{count} file, ${fileSize(bytes)}`,
      other: `{count} files, ${fileSize(bytes)}`,
    }),
  clearing: 'Press Esc again to take all files out.',
  originals: 'Send originals',
  originalsOff: 'Off: place, camera and time are removed from pictures.',
  originalsOn: 'On: pictures keep the place, camera and time that are written in them.',
  smaller: 'Make pictures smaller',
  smallerOn: (small: number, large: number) => `On: sends ${fileSize(small)} instead of ${fileSize(large)}.`,
  smallerOff: 'Off: pictures keep all their pixels.',
  tellsMore: 'Files like this may hold where and when they were made.',
  tooBig: (name: string, most: number) =>
    `${name} is too big. This server takes files up to ${fileSize(most)}.`,

  unfinished: (name: string) => `${name} wasn’t sent completely. Attach it again to go on where it stopped.`,
  dismiss: 'Dismiss',

  uploads: 'Files being sent',
  sending: (percent: number, bytes: number) => `Sending, ${percent}% of ${fileSize(bytes)}`,
  waiting: (percent: number, bytes: number) => `Waiting for a connection, ${percent}% of ${fileSize(bytes)}`,
  cancel: (name: string) => `Cancel ${name}`,
  stopped: (why: keyof typeof WHY, percent: number) => `Stopped at ${percent}%. ${WHY[why]}`,
  retry: 'Retry',
  delete: 'Delete',

  open: (name: string) => `Open ${name}`,
  save: (name: string) => `Save ${name}`,
  load: (bytes: number) => `Load ${fileSize(bytes)}`,
  loading: (percent: number, bytes: number) => `Loading, ${percent}% of ${fileSize(bytes)}`,
  program: 'This looks like a program. Only save it if you expected it.',
  gone: 'No longer here. Files don’t always last as long as their room.',
  damaged: 'This isn’t the file that was sent, so it was thrown away.',
  unreachable: 'This file didn’t load.',
  tryAgain: 'Try again',

  viewer: 'Picture',
  viewed: (size: string, { number, count }: { readonly number: number; readonly count: number }) =>
    sentence('{size}, {number} of {count}', { size, number, count }),
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  previous: 'Previous picture',
  next: 'Next picture',
  close: 'Close',
} as const;
