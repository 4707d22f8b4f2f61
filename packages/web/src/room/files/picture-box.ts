// How large a picture is drawn in its bubble, and the tiny one that stands in for it.

import type { SharedFile } from '@mayfly/client';
import { isThumb } from '../pictures/picture.ts';

const WIDTH_MAX = 340;
const HEIGHT_MAX = 320;
const SIDE_MIN = 64;
/** Where a message doesn't say. */
const UNKNOWN = { width: 240, height: 180 } as const;

type Sides = { readonly width: number | undefined; readonly height: number | undefined };

/** In CSS pixels, whatever a message claims. */
export function boxOf({ width, height }: Sides): { readonly width: number; readonly height: number } {
  if (width === undefined || height === undefined) return UNKNOWN;
  const scale = Math.min(1, WIDTH_MAX / width, HEIGHT_MAX / height);
  return { width: sideOf(width * scale), height: sideOf(height * scale) };
}

function sideOf(side: number): number {
  return Math.max(SIDE_MIN, Math.round(side));
}

const urls = new WeakMap<SharedFile, string>();

/** Undefined without one that may be drawn. Lives as long as the page: it has 2 KiB at most. */
export function thumbUrl(file: SharedFile): string | undefined {
  const { thumb } = file;
  if (thumb === undefined || !isThumb(thumb)) return undefined;
  const url = urls.get(file) ?? URL.createObjectURL(new Blob([Uint8Array.from(thumb)]));
  urls.set(file, url);
  return url;
}
