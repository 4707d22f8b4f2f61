// A shared file: its name, until the part that draws it is there.

import type { SharedFile } from '@mayfly/client';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { filesPart } from '../files/files-loader.ts';
import type { RoomView } from '../model/room-view.ts';

type SharedFileProps = {
  readonly messageKey: string;
  readonly file: SharedFile;
  readonly view: RoomView;
  /** The caption. */
  readonly children?: ComponentChildren;
};

export function SharedFileBubble(props: SharedFileProps) {
  useEffect(() => filesPart.want(), []);
  const part = filesPart.loaded.value;
  if (part !== undefined) return <part.FileBubble {...props} />;
  return (
    <div class="bubble">
      <p dir="auto">{props.file.name}</p>
    </div>
  );
}
