// The files in the tray: moved by their pictures or with the arrow keys, each with a caption of its own.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../../ui/icon.tsx';
import { fileSize, fileTexts } from '../../words/files.ts';
import { boxOf } from './picture-box.ts';
import type { RoomFileDesk } from './room-file-desk.ts';
import { TrayDrag } from './tray-drag.ts';
import { type TrayItem, CAPTION_CHARACTERS_MAX } from './tray-items.ts';

type TrayListProps = { readonly desk: RoomFileDesk };

export function TrayList({ desk }: TrayListProps) {
  const items = desk.items.value;
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    if (list.current === null) return undefined;
    const drag = new TrayDrag(list.current, {
      onMove: (from, to) => desk.move(from, to),
      onDrag: (id) => {
        desk.dragged.value = id;
      },
    });
    return () => drag[Symbol.dispose]();
  }, [desk]);
  return (
    <>
      <ul class="tray__list" aria-label={fileTexts.tray} ref={list}>
        {items.map((item, index) => (
          <Item key={item.id} item={item} index={index} desk={desk} />
        ))}
      </ul>
      <span class="visually-hidden" role="status">
        {desk.moved.value}
      </span>
    </>
  );
}

type ItemProps = TrayListProps & { readonly item: TrayItem; readonly index: number };

function Item({ item, index, desk }: ItemProps) {
  const isOne = desk.items.value.length === 1;
  return (
    <li class={desk.dragged.value === item.id ? 'tray__item tray__item--dragged' : 'tray__item'}>
      {isOne ? <Preview item={item} /> : <Grip item={item} index={index} desk={desk} />}
      <span class="tray__name">
        <b dir="auto">{item.name}</b>
        <small>{fileSize(desk.formOf(item).blob.size)}</small>
      </span>
      {!isOne && (
        <input
          class="input tray__caption"
          dir="auto"
          maxLength={CAPTION_CHARACTERS_MAX}
          aria-label={fileTexts.captionOf(item.name)}
          placeholder={fileTexts.caption}
          value={item.caption.value}
          onInput={({ currentTarget }) => {
            item.caption.value = currentTarget.value;
          }}
        />
      )}
      <button
        class="icon-button tray__remove"
        type="button"
        aria-label={fileTexts.remove(item.name)}
        onClick={() => desk.remove(item)}
      >
        <Icon name="x" small />
      </button>
    </li>
  );
}

function Grip({ item, index, desk }: ItemProps) {
  const grip = useRef<HTMLButtonElement>(null);
  const isMoving = useRef(false);
  // Browsers take the focus from what is moved.
  useLayoutEffect(() => {
    if (!isMoving.current) return;
    isMoving.current = false;
    grip.current?.focus();
  }, [index]);
  return (
    <button
      class="tray__grip"
      type="button"
      data-item={item.id}
      ref={grip}
      aria-label={fileTexts.move(item.name)}
      title={fileTexts.howToMove}
      onKeyDown={(event) => {
        const step = stepOf(event);
        if (step === 0) return;
        event.preventDefault();
        isMoving.current = desk.step(item, step);
      }}
    >
      <Preview item={item} />
    </button>
  );
}

function stepOf({ key, currentTarget }: { readonly key: string; readonly currentTarget: Element }): number {
  const on = getComputedStyle(currentTarget).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return 0;
  return key === on ? 1 : -1;
}

function Preview({ item: { picture, url } }: { readonly item: TrayItem }) {
  if (picture === undefined || url === undefined)
    return (
      <span class="tray__preview">
        <Icon name="file" />
      </span>
    );
  const { width, height } = boxOf(picture);
  return (
    <img
      class="tray__preview"
      src={url}
      width={width}
      height={height}
      alt=""
      decoding="async"
      draggable={false}
    />
  );
}
