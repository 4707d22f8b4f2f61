// What is about to be sent: chosen files, looked at on this device only.

import { type Signal, signal } from '@preact/signals';
import { type AudioKind, audioIn } from './audio-kind.ts';
import { smallerPicture, thumbOf } from './smaller-picture.ts';
import { pictureIn, withoutMetadata, type Picture } from '../pictures/picture.ts';

/** One form of a file, as it can be sent. */
export type FileForm = { readonly blob: Blob; readonly picture: Picture | undefined };

export type TrayItem = {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly file: File;
  readonly picture: Picture | undefined;
  readonly audio: AudioKind | undefined;
  /** Of a picture, to look at. */
  readonly url: string | undefined;
  /** The same picture without metadata; undefined for what isn't one, or can't be stripped. */
  readonly stripped: Blob | undefined;
  /** The same picture with fewer pixels; undefined where that saves little, or can't be made. */
  readonly smaller: FileForm | undefined;
  /** A tiny one, to show before it is there. */
  readonly thumb: Uint8Array | undefined;
  /** Its own, where several are sent together. */
  readonly caption: Signal<string>;
};

export const CAPTION_CHARACTERS_MAX = 1000;

const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/;

let made = 0;

export async function trayItem(file: File): Promise<TrayItem> {
  const isShown = /^(?:image|audio)\//.test(file.type);
  const bytes = isShown ? new Uint8Array(await file.arrayBuffer()) : new Uint8Array();
  const { picture, audio } = contentIn(bytes, file.type);
  const parts = picture && (await withoutMetadata(bytes));
  const type = picture ? `image/${picture.kind}` : typeOf(file);
  const url = picture && URL.createObjectURL(new Blob([bytes], { type }));
  const stripped =
    parts &&
    new Blob(
      parts.map((part) => Uint8Array.from(part)),
      { type },
    );
  const smaller = picture && (await smallerPicture(picture, stripped ?? file));
  const thumb = picture && (await thumbOf(picture, file));
  const { name, size } = file;
  const caption = signal('');
  return { id: (made += 1), name, size, file, picture, audio, url, stripped, smaller, thumb, caption };
}

/** In another order: the item goes to that index. */
export function withMoved<T>(items: readonly T[], item: T, to: number): readonly T[] {
  const others = items.filter((one) => one !== item);
  return [...others.slice(0, to), item, ...others.slice(to)];
}

/** One for each of the items: the text below all of them goes with the first that has none of its own. */
export function captionsOf(items: readonly Pick<TrayItem, 'caption'>[], below: string): readonly string[] {
  const own = items.map(({ caption }) => caption.peek().trim());
  const first = Math.max(0, own.indexOf(''));
  return own.map((caption, index) =>
    index === first ? [caption, below].filter(Boolean).join('\n') : caption,
  );
}

/** What a page shows of these bytes. A recording is one by its type, too: a video begins as some recordings do. */
export function contentIn(bytes: Uint8Array, mime: string): Pick<TrayItem, 'picture' | 'audio'> {
  return { picture: pictureIn(bytes), audio: mime.startsWith('audio/') ? audioIn(bytes) : undefined };
}

/** `original`: as it was chosen, with all its metadata. */
export function formOf(
  { file, picture, stripped, smaller }: TrayItem,
  { original, small }: { readonly original: boolean; readonly small: boolean },
): FileForm {
  if (original) return { blob: file, picture };
  return (small ? smaller : undefined) ?? { blob: stripped ?? file, picture };
}

/** Whether the file may tell more than it shows. Texts tell nothing else. */
export function tellsMore({ file, stripped }: TrayItem): boolean {
  return stripped === undefined && !file.type.startsWith('text/');
}

/** What its sender says it is. */
export function typeOf({ type }: Pick<File, 'type'>): string {
  const [plain = ''] = type.toLowerCase().split(';');
  return TYPE.test(plain) ? plain : 'application/octet-stream';
}

export function forgetItem({ url }: TrayItem): void {
  if (url !== undefined) URL.revokeObjectURL(url);
}
