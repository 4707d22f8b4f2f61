// The room's dialogs: invite, change the name, details.

import type { RoomFacts } from '@mayfly/client';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isNameTooLong } from '../ui/display-name.ts';
import { LaterPassphrase } from './list/later-passphrase.tsx';
import type { RoomView } from './model/room-view.ts';
import { panelTexts } from '../words/panels.ts';
import { roomTexts } from '../words/room.ts';
import { inviteWarning, sharingTexts } from '../words/sharing.ts';
import { texts } from '../words/start.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { NameField } from '../ui/name-field.tsx';
import { PlainHttpBadge } from '../ui/plain-http-badge.tsx';
import { QrCode } from '../ui/qr-code.tsx';
import { ShareLink } from '../ui/share-link.tsx';

type DialogProps = { readonly view: RoomView; readonly onClose: () => void };

export function InviteDialog({ view, onClose }: DialogProps) {
  const history = view.facts.value?.history;
  return (
    <Dialog title={panelTexts.invitePeople} onClose={onClose}>
      <ShareLink url={view.link.url} primary="focused" keyIsKept={view.link.keyIsKept} />
      <QrCode text={view.link.url} label={panelTexts.qrLabel} />
      <LaterPassphrase link={view.link} />
      <p class="note note--warn">
        <Icon name="gone" />
        <span>
          <b>{inviteWarning(view.link.room)}</b> {history !== undefined && panelTexts.inviteHistory[history]}
        </span>
      </p>
    </Dialog>
  );
}

export function QrDialog({ view, onClose }: DialogProps) {
  return (
    <Dialog title={sharingTexts.qr} lead={panelTexts.qrLead} onClose={onClose}>
      <QrCode text={view.link.url} label={panelTexts.qrLabel} />
    </Dialog>
  );
}

export function RenameDialog({ view, onClose }: DialogProps) {
  const [name, setName] = useState(view.people.you.value?.name ?? '');
  const form = useRef<HTMLFormElement>(null);
  // Before the first paint: a later selection would swallow letters that are typed by then.
  useLayoutEffect(() => form.current?.querySelector('input')?.select(), []);
  return (
    <Dialog title={roomTexts.rename} onClose={onClose}>
      <form
        class="dialog__form"
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          if (isNameTooLong(name)) return;
          view.rename(name);
          onClose();
        }}
      >
        <NameField value={name} onValue={setName} hint={texts.name.hint} />
        <div class="actions">
          <button class="btn btn--primary" type="submit" disabled={isNameTooLong(name)}>
            {panelTexts.renameSave}
          </button>
          <button class="btn btn--secondary" type="button" onClick={onClose}>
            {panelTexts.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function DetailsDialog({ view, onClose }: DialogProps) {
  const facts = view.facts.value;
  return (
    <Dialog title={roomTexts.details} onClose={onClose}>
      {facts !== undefined && <Details facts={facts} door={view.link.room.door ?? 1} />}
      {view.unverified.value > 0 && (
        <p class="note note--warn">
          <Icon name="alert" />
          <span>{panelTexts.unverified(view.unverified.value)}</span>
        </p>
      )}
      <PlainHttpBadge />
    </Dialog>
  );
}

function Details({ facts, door }: { readonly facts: RoomFacts; readonly door: 1 | 2 }) {
  const { id, name, topic, lifeMs, history, limits, closed, slow, owned } = facts;
  const rows: readonly (readonly [string, string])[] = [
    ...(name === undefined ? [] : [[panelTexts.detailsName, name] as const]),
    ...(topic === undefined ? [] : [[panelTexts.detailsTopic, topic] as const]),
    [panelTexts.detailsCode, id],
    [panelTexts.detailsLife, panelTexts.detailsLifeIs(lifeMs)],
    [panelTexts.detailsDoor, panelTexts.detailsDoorIs[door]],
    [panelTexts.detailsHistory, panelTexts.detailsHistoryIs[history]],
    [panelTexts.detailsKeeps, panelTexts.detailsKeepsIs(limits.historyMessages, limits.historyBytes)],
    ...(closed ? [[panelTexts.detailsNow, panelTexts.detailsClosed] as const] : []),
    ...(slow > 0 ? [[panelTexts.detailsSlow, panelTexts.detailsSlowIs(slow)] as const] : []),
    ...(owned ? [] : [[panelTexts.detailsOwner, panelTexts.detailsNoOwner] as const]),
    [panelTexts.detailsMembers, panelTexts.detailsMembersIs(limits.members)],
  ];
  return (
    <dl class="details">
      {rows.map(([what, is]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd dir="auto">{is}</dd>
        </div>
      ))}
    </dl>
  );
}
