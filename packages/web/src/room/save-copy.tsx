// The dialog for a copy of the chat: as what, and what the room will read about it.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { background } from '../background.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { lifeTexts } from '../words/life.ts';
import { shownName } from '../words/room.ts';
import { pieces } from '../words/sentence.ts';
import type { CopyFormat } from './copy-file.ts';
import { CopySaver } from './copy-saver.ts';
import { messagesToCopy } from './model/copied-messages.ts';
import type { RoomView } from './model/room-view.ts';

type SaveCopyProps = { readonly view: RoomView; readonly onClose: () => void };

export function SaveCopy({ view, onClose }: SaveCopyProps) {
  const saver = useMemo(() => new CopySaver(view), [view]);
  useEffect(() => () => saver[Symbol.dispose](), [saver]);
  const [format, setFormat] = useState<CopyFormat>('html');
  const { size } = view.timeline;
  const count = useMemo(() => messagesToCopy(view.timeline).length, [view, size.value]);
  const isSaved = saver.state.value === 'saved';
  const cannotSave = count === 0 || saver.isWriting;
  return (
    <Dialog
      title={lifeTexts.save}
      lead={count === 0 ? lifeTexts.saveNothing : lifeTexts.saveLead(count)}
      onClose={onClose}
    >
      <Segmented
        legend={lifeTexts.saveAs}
        choices={[
          { value: 'html', label: lifeTexts.saveFormats.html },
          { value: 'text', label: lifeTexts.saveFormats.text },
        ]}
        value={format}
        onChoose={setFormat}
      />
      <p class="hint">{lifeTexts.saveLeftOut}</p>
      <Note view={view} />
      <Progress saver={saver} />
      <div class="actions">
        <button
          class="btn btn--primary"
          type="button"
          aria-disabled={cannotSave}
          onClick={() => {
            if (!cannotSave) background(saver.save(format));
          }}
        >
          {lifeTexts.saveDo}
        </button>
        <button class="btn btn--secondary" type="button" autofocus onClick={onClose}>
          {isSaved ? lifeTexts.close : lifeTexts.cancel}
        </button>
      </div>
    </Dialog>
  );
}

function Note({ view }: { readonly view: RoomView }) {
  const name = <bdi dir="auto">{shownName(view.people.you.value?.name ?? '')}</bdi>;
  return (
    <p class="note">
      <Icon name="info" />
      <span>
        {pieces(lifeTexts.saveNote, { note: <b>{pieces(lifeTexts.saveNoteIs, { name })}</b> })}
        <br />
        {lifeTexts.saveVoluntary}
      </span>
    </p>
  );
}

function Progress({ saver }: { readonly saver: CopySaver }) {
  const state = saver.state.value;
  return (
    <>
      {typeof state === 'object' && (
        <progress
          class="save-copy"
          value={state.done}
          max={state.all}
          aria-label={lifeTexts.saving(state.done, state.all)}
        />
      )}
      <p class="hint" role="status">
        {state === 'saved' && lifeTexts.saved}
      </p>
    </>
  );
}
