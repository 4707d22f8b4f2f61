// What is about to be sent, above the field for its caption; the veil while files are dragged over the page.

import { useEffect } from 'preact/hooks';
import { Icon } from '../../ui/icon.tsx';
import { fileTexts } from '../../words/files.ts';
import { roomTexts } from '../../words/room.ts';
import type { RoomView } from '../model/room-view.ts';
import { listenForDrops } from './drops.ts';
import { type RoomFileDesk, deskOf } from './room-file-desk.ts';
import { formOf, tellsMore } from './tray-items.ts';
import { listenForEscape } from './tray-escape.ts';
import { TrayList } from './tray-list.tsx';
import { viewerPart } from './viewer-loader.ts';
import { voicePart } from './voice-loader.ts';

type TrayProps = { readonly view: RoomView };

export function Tray({ view }: TrayProps) {
  const desk = deskOf(view);
  useEffect(() => {
    const drops = listenForDrops(view, desk);
    const escape = listenForEscape(desk);
    return () => {
      drops[Symbol.dispose]();
      escape[Symbol.dispose]();
    };
  }, [view]);
  const items = desk.items.value;
  return (
    <>
      <Unfinished desk={desk} />
      <Refused desk={desk} />
      {items.length > 0 && (
        <div class="tray">
          <TrayList desk={desk} />
          <Smaller desk={desk} />
          <Originals desk={desk} />
          <p class="tray__tip" role="status">
            {desk.isClearing.value ? fileTexts.clearing : fileTexts.trayTip(items.length, desk.bytes.value)}
          </p>
        </div>
      )}
      {desk.recorderIsOpen.value && <Recorder view={view} />}
      {desk.isDragging.value && <Veil desk={desk} />}
      <Viewer view={view} />
    </>
  );
}

function Recorder({ view }: TrayProps) {
  const part = voicePart.loaded.value;
  if (part !== undefined) return <part.VoiceBar view={view} />;
  return voicePart.isMissing.value ? <Missing /> : null;
}

function Viewer({ view }: TrayProps) {
  const part = viewerPart.loaded.value;
  if (part !== undefined) return <part.PictureViewer view={view} />;
  return viewerPart.isMissing.value && deskOf(view).shared.viewed.value !== undefined ? <Missing /> : null;
}

function Missing() {
  return (
    <p class="tray__refused" role="alert">
      {roomTexts.partMissingLead}
    </p>
  );
}

type DeskProps = { readonly desk: RoomFileDesk };

/** Fewer pixels, where that saves much. */
function Smaller({ desk }: DeskProps) {
  const isOn = desk.smaller.value;
  const large = desk.items.value.filter(({ smaller }) => smaller !== undefined);
  if (large.length === 0 || desk.originals.value) return null;
  const bytesOf = (small: boolean) =>
    large.reduce((sum, item) => sum + formOf(item, { original: false, small }).blob.size, 0);
  return (
    <label class="tray__originals">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => {
          desk.smaller.value = event.currentTarget.checked;
        }}
      />
      <span>
        <b>{fileTexts.smaller}</b>
        <small>{isOn ? fileTexts.smallerOn(bytesOf(true), bytesOf(false)) : fileTexts.smallerOff}</small>
      </span>
    </label>
  );
}

/** What goes along with the files. */
function Originals({ desk }: DeskProps) {
  const items = desk.items.value;
  const tells = items.some(tellsMore);
  return (
    <>
      {items.some(({ stripped }) => stripped !== undefined) && (
        <label class="tray__originals">
          <input
            type="checkbox"
            checked={desk.originals.value}
            onChange={(event) => {
              desk.originals.value = event.currentTarget.checked;
            }}
          />
          <span>
            <b>{fileTexts.originals}</b>
            <small>{desk.originals.value ? fileTexts.originalsOn : fileTexts.originalsOff}</small>
          </span>
        </label>
      )}
      {tells && (
        <p class="tray__tip">
          <Icon name="info" small />
          {fileTexts.tellsMore}
        </p>
      )}
    </>
  );
}

/** Only who chose a file can choose it again. */
function Unfinished({ desk }: DeskProps) {
  return (
    <>
      {desk.unfinished.value.map((name) => (
        <p key={name} class="tray__unfinished">
          <span dir="auto">{fileTexts.unfinished(name)}</span>
          <button class="link-button" type="button" onClick={() => desk.giveUp(name)}>
            {fileTexts.dismiss}
          </button>
        </p>
      ))}
    </>
  );
}

function Refused({ desk }: DeskProps) {
  const names = desk.refused.value;
  return names.length === 0 ? null : (
    <ul class="tray__refused" role="alert">
      {names.map((name) => (
        <li key={name} dir="auto">
          {fileTexts.tooBig(name, desk.most)}
        </li>
      ))}
    </ul>
  );
}

function Veil({ desk }: DeskProps) {
  return (
    <div class="veil" role="status">
      <div class="veil__card">
        <b>{fileTexts.dropHere}</b>
        <p>{fileTexts.dropLimit(desk.most)}</p>
      </div>
    </div>
  );
}
