// The places of the later part for files.

import { useEffect } from 'preact/hooks';
import { whenIdle } from '../../browser/browser.ts';
import type { RoomView } from '../model/room-view.ts';
import { filesPart } from './files-loader.ts';

type FilesPlaceProps = { readonly view: RoomView; readonly part: 'Capture' | 'Tray' | 'Uploads' };

/** Loaded with the first file, or once the room is live. */
export function FilesPlace({ view, part }: FilesPlaceProps) {
  const isWanted = view.chosenFiles.value.length > 0;
  const isLater = view.takesFiles.value && view.connection.isLive.value;
  useEffect(() => {
    if (isWanted) filesPart.want();
    else if (isLater) whenIdle(() => filesPart.want());
  }, [isWanted, isLater]);
  const Part = filesPart.loaded.value?.[part];
  return Part === undefined || !view.takesFiles.value ? null : <Part view={view} />;
}
