// The way to choose files, and the places of the later part that shows them.

import { useEffect, useRef } from 'preact/hooks';
import { whenIdle } from '../browser/browser.ts';
import { Icon } from '../ui/icon.tsx';
import { roomTexts } from '../words/room.ts';
import { filesPart } from './files/files-loader.ts';
import type { RoomView } from './model/room-view.ts';

type AttachProps = { readonly view: RoomView };

/** Nothing where the server takes no files. */
export function AttachButton({ view }: AttachProps) {
  const picker = useRef<HTMLInputElement>(null);
  return !view.takesFiles.value ? null : (
    <>
      <input
        type="file"
        multiple
        hidden
        ref={picker}
        onChange={({ currentTarget }) => {
          view.attach(currentTarget.files);
          currentTarget.value = '';
        }}
      />
      <button
        class="icon-button"
        type="button"
        aria-label={roomTexts.attach}
        onClick={() => picker.current?.click()}
      >
        <Icon name="plus" />
      </button>
    </>
  );
}

/** Loaded with the first file, or once the room is live. */
export function FilesPlace({ view, part }: AttachProps & { readonly part: 'Tray' | 'Uploads' }) {
  const isWanted = view.chosenFiles.value.length > 0;
  const isLater = view.takesFiles.value && view.connection.isLive.value;
  useEffect(() => {
    if (isWanted) filesPart.want();
    else if (isLater) whenIdle(() => filesPart.want());
  }, [isWanted, isLater]);
  const Part = filesPart.loaded.value?.[part];
  return Part === undefined || !view.takesFiles.value ? null : <Part view={view} />;
}
