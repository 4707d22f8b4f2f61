// What is about to be sent: chosen files, looked at on this device only.

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
};

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
  return { id: (made += 1), name, size, file, picture, audio, url, stripped, smaller, thumb };
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
