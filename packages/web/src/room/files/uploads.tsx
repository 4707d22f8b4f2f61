// Files on their way, as the messages that they will be: each with its progress and a way to stop it.

import { Icon } from '../../ui/icon.tsx';
import { fileSize, fileTexts } from '../../words/files.ts';
import type { RoomView } from '../model/room-view.ts';
import { FileProgress } from './file-progress.tsx';
import { boxOf } from './picture-box.ts';
import { type RoomFileDesk, type UploadRow, deskOf } from './room-file-desk.ts';

type UploadsProps = { readonly view: RoomView };

/** A row of the list of messages. Not read aloud with each step of the progress. */
export function Uploads({ view }: UploadsProps) {
  const desk = deskOf(view);
  const rows = desk.uploads.value;
  return rows.length === 0 ? null : (
    <li class="turn turn--own uploads" aria-live="off">
      <ul class="turn__messages" aria-label={fileTexts.uploads}>
        {rows.map((row) => (
          <Upload key={row.item.id} row={row} desk={desk} isLive={view.connection.isLive.value} />
        ))}
      </ul>
    </li>
  );
}

type UploadProps = { readonly row: UploadRow; readonly desk: RoomFileDesk; readonly isLive: boolean };

function Upload(props: UploadProps) {
  const { row } = props;
  const why = row.stopped.value;
  return (
    <li class={`message message--${why === undefined ? 'pending' : 'failed'}`}>
      <div class="file-bubble">
        <Preview {...props} />
        {row.caption !== '' && (
          <div class="bubble">
            <p dir="auto">{row.caption}</p>
          </div>
        )}
      </div>
      {why !== undefined && <Stopped {...props} why={why} />}
    </li>
  );
}

/** What is sent, with how far it is. */
function Preview({ row, isLive }: UploadProps) {
  const { item, percent, stopped } = row;
  const isStopped = stopped.value !== undefined;
  const said = isLive ? fileTexts.sending : fileTexts.waiting;
  const progress = !isStopped && (
    <FileProgress
      text={said(percent.value, row.form.blob.size)}
      percent={percent.value}
      name={item.name}
      onStop={() => row.cancel()}
    />
  );
  if (item.picture !== undefined && item.url !== undefined) {
    const { width, height } = boxOf(item.picture);
    return (
      <div class="file-bubble__picture file-bubble__picture--empty">
        <img src={item.url} width={width} height={height} alt={item.name} decoding="async" />
        {progress}
      </div>
    );
  }
  return (
    <div class="file-card">
      <span class="file-card__icon">
        <Icon name="file" />
      </span>
      <span class="file-card__text">
        <b dir="auto">{item.name}</b>
        {progress || <small>{fileSize(item.size)}</small>}
      </span>
    </div>
  );
}

type StoppedProps = UploadProps & { readonly why: NonNullable<UploadRow['stopped']['value']> };

/** Trying again goes on from what the server has. */
function Stopped({ row, desk, why }: StoppedProps) {
  return (
    <div class="send-state send-state--bad">
      <span role="alert">
        <Icon name="alert" />
        {fileTexts.stopped(why, row.percent.value)}
      </span>
      <span>
        <button class="link-button" type="button" onClick={() => desk.retry(row)}>
          {fileTexts.retry}
        </button>
        <button class="link-button" type="button" onClick={() => desk.delete(row)}>
          {fileTexts.delete}
        </button>
      </span>
    </div>
  );
}
