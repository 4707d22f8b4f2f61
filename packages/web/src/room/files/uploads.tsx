// Files on their way, each with its progress and a way to stop it.

import { Icon } from '../../ui/icon.tsx';
import { fileTexts } from '../../words/files.ts';
import type { RoomView } from '../model/room-view.ts';
import { type RoomFileDesk, type UploadRow, deskOf } from './room-file-desk.ts';

type UploadsProps = { readonly view: RoomView };

export function Uploads({ view }: UploadsProps) {
  const desk = deskOf(view);
  const rows = desk.uploads.value;
  return rows.length === 0 ? null : (
    <ul class="uploads" aria-label={fileTexts.uploads}>
      {rows.map((row) => (
        <Upload key={row.item.id} row={row} desk={desk} isLive={view.connection.isLive.value} />
      ))}
    </ul>
  );
}

type UploadProps = { readonly row: UploadRow; readonly desk: RoomFileDesk; readonly isLive: boolean };

function Upload({ row, desk, isLive }: UploadProps) {
  const { item, percent, stopped } = row;
  const why = stopped.value;
  return (
    <li class={why === undefined ? 'upload' : 'upload upload--stopped'}>
      <Icon name={why === undefined ? 'file' : 'alert'} />
      <span class="upload__text">
        <b dir="auto">{item.name}</b>
        {why === undefined ? (
          <>
            <small>{(isLive ? fileTexts.sending : fileTexts.waiting)(percent.value)}</small>
            <progress max={100} value={percent.value} aria-label={item.name} />
          </>
        ) : (
          <small role="alert">{fileTexts.stopped(why)}</small>
        )}
      </span>
      {why === undefined ? (
        <button
          class="icon-button"
          type="button"
          aria-label={fileTexts.cancel(item.name)}
          onClick={() => row.cancel()}
        >
          <Icon name="x" />
        </button>
      ) : (
        <span class="upload__acts">
          <button class="link-button" type="button" onClick={() => desk.retry(row)}>
            {fileTexts.retry}
          </button>
          <button class="link-button" type="button" onClick={() => desk.delete(row)}>
            {fileTexts.delete}
          </button>
        </span>
      )}
    </li>
  );
}
