// The way to choose files.

import { useRef } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';
import { roomTexts } from '../words/room.ts';
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
