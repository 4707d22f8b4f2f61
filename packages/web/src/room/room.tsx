// The chat: header, messages, composer, and the people beside it. Its only state is which dialog is open.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { mediaMatches } from '../browser/browser.ts';
import { Banner } from './banner.tsx';
import { Composer } from './composer.tsx';
import { type MenuItem, MoreMenu } from './more-menu.tsx';
import { Later } from './later.tsx';
import { type Panels, fetchAhead, lifePart, messageActions, ownerPart, panels } from './later-parts.ts';
import { askedLink } from './list/asked-link.ts';
import { lossesOf } from './losses.ts';
import { RoomHeader, SpokenLife } from './room-header.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { MessageList } from './list/message-list.tsx';
import { safetyEmoji } from './list/safety-emoji-loader.ts';
import { listenForFind } from './find-key.ts';
import { isTouch } from './room-focus.ts';
import { currentRoom, leaveRoom, panic } from './room-state.ts';
import type { RoomView } from './model/room-view.ts';
import { followSeenPart } from './list/seen-part.ts';
import { trustPart } from './list/trust-loader.ts';
import { roomTexts } from '../words/room.ts';

type Open =
  | 'members'
  | 'invite'
  | 'qr'
  | 'leave'
  | 'rename'
  | 'details'
  | 'settings'
  | 'copy'
  | 'report'
  | 'room'
  | 'end'
  | 'ownerLink';

/** As in room.css: from here on the list of people is beside the messages. */
const besides = () => mediaMatches('(min-width: 64rem) and (min-height: 30.01rem)');

type RoomProps = {
  /** Steps out without leaving the room. */
  readonly onBack: () => void;
};

/** Renders nothing while the page is in no room. */
export function Room({ onBack }: RoomProps) {
  const view = currentRoom.value;
  return view === undefined ? null : <RoomScreen key={view.id} view={view} onBack={onBack} />;
}

function RoomScreen({ view, onBack }: RoomProps & { readonly view: RoomView }) {
  const [open, setOpen] = useState<Open>();
  const [panel, setPanel] = useState(true);
  const [searching, setSearching] = useState(false);
  useEffect(
    () =>
      listenForFind(
        () => searching,
        () => setSearching(true),
      ),
    [searching],
  );
  useLayoutEffect(() => {
    if (window.visualViewport === null) return undefined;
    const following = followSeenPart(window.visualViewport, document.documentElement);
    return () => following[Symbol.dispose]();
  }, []);
  useEffect(() => {
    safetyEmoji.want();
    if (besides()) panels.want();
  }, []);
  const isLive = view.connection.isLive.value;
  useEffect(() => (isLive ? fetchAhead() : undefined), [isLive]);
  const showMembers = () => (besides() ? setPanel(!panel) : setOpen('members'));
  const room = useRef<HTMLDivElement>(null);
  const guideKeyboard = panels.loaded.value?.guideKeyboard;
  useEffect(() => (room.current === null ? undefined : guideKeyboard?.(room.current)), [guideKeyboard]);
  return (
    <div
      class={roomClass(view, panel || searching)}
      data-life={view.life.isLow.value ? 'low' : undefined}
      ref={room}
    >
      {/* Until the search is there, what is typed for it must not end up in a message. */}
      <main class="main" inert={searching && (!besides() || panels.loaded.value === undefined)}>
        <RoomHeader
          view={view}
          membersShown={besides() ? panel : open === 'members'}
          onMembers={showMembers}
          onInvite={() => setOpen('invite')}
          onBack={onBack}
        >
          <MoreMenu items={menuOf(view, setOpen, () => setSearching(true))} />
        </RoomHeader>
        <Unseen view={view} />
        <Pins view={view} />
        <Trust view={view} onLeave={() => askToLeave(view, setOpen)} />
        <div class="stage">
          <Banner connection={view.connection} onRetry={() => view.tryNow()} />
          <MessageList
            view={view}
            onInvite={() => setOpen('invite')}
            onQr={() => setOpen('qr')}
            onRename={() => setOpen('rename')}
          />
          <Actions view={view} />
        </div>
        <Composer view={view} />
      </main>
      {searching && (
        <Later part={panels} onClose={() => setSearching(false)}>
          {({ SearchPanel }) => (
            <SearchPanel
              view={view}
              onChosen={() => setSearching(besides())}
              onClose={() => setSearching(false)}
            />
          )}
        </Later>
      )}
      {panel && !searching && <People view={view} onHide={() => setPanel(false)} />}
      <SpokenLife life={view.life} />
      <OpenDialog open={open} view={view} onOpen={setOpen} />
      <AskedLink />
      <OpenPerson view={view} />
    </div>
  );
}

function roomClass(view: RoomView, panel: boolean): string {
  return `room${panel ? '' : ' room--whole'}${view.vanishing.value ? ' is-disappearing' : ''}`;
}

function menuOf(view: RoomView, open: (what: Open) => void, search: () => void): readonly MenuItem[] {
  return [
    { icon: 'search', text: roomTexts.search, onChoose: search },
    { icon: 'edit', text: roomTexts.rename, onChoose: () => open('rename') },
    {
      icon: 'clock',
      text: roomTexts.keepAlive,
      onChoose: () => view.life.keepAlive(),
      disabled: !view.life.canKeepAlive.value,
    },
    { icon: 'settings', text: roomTexts.settings, onChoose: () => open('settings') },
    { icon: 'save', text: roomTexts.saveCopy, onChoose: () => open('copy') },
    { icon: 'info', text: roomTexts.details, onChoose: () => open('details') },
    ...(view.canSetDoor.value
      ? [{ icon: 'key' as const, text: roomTexts.roomSettings, onChoose: () => open('room') }]
      : []),
    ...(panels.loaded.value?.laterItems(view, open) ?? []),
    {
      icon: 'leave',
      isUrgent: true,
      text: roomTexts.leave,
      onChoose: () => askToLeave(view, open),
    },
    {
      icon: 'gone',
      isUrgent: true,
      text: roomTexts.panic,
      ...(!isTouch() && { keys: roomTexts.panicKeys }),
      onChoose: panic,
    },
  ];
}

function askToLeave(view: RoomView, open: (what: Open) => void): void {
  if (lossesOf(view).length > 0) open('leave');
  else leaveRoom();
}

type OpenDialogProps = {
  readonly open: Open | undefined;
  readonly view: RoomView;
  readonly onOpen: (what: Open | undefined) => void;
};

function OpenDialog({ open, view, onOpen }: OpenDialogProps) {
  if (open === undefined) return null;
  const onClose = () => onOpen(undefined);
  if (open === 'leave')
    return <LeaveDialog view={view} onLeave={leaveRoom} onOpen={onOpen} onClose={onClose} />;
  if (open === 'end' || open === 'room' || open === 'ownerLink') {
    return (
      <Later part={ownerPart} onClose={onClose}>
        {({ OwnerDialog }) => (
          <OwnerDialog open={open} view={view} onEnd={() => onOpen('end')} onClose={onClose} />
        )}
      </Later>
    );
  }
  if (open === 'settings' || open === 'copy') {
    return (
      <Later part={lifePart} onClose={onClose}>
        {(part) => <part.LifeDialog open={open} view={view} onClose={onClose} />}
      </Later>
    );
  }
  return (
    <Later part={panels} onClose={onClose}>
      {(part) => dialogOf(part, { open, view, onOpen, onClose })}
    </Later>
  );
}

type DialogOf = Required<OpenDialogProps> & {
  readonly open: Exclude<Open, 'settings' | 'copy' | 'leave' | 'end' | 'room' | 'ownerLink'>;
  readonly onClose: () => void;
};

function dialogOf(part: Panels, { open, view, onOpen, onClose }: DialogOf) {
  switch (open) {
    case 'members':
      return <part.MembersDialog view={view} onInvite={() => onOpen('invite')} onClose={onClose} />;
    case 'invite':
      return <part.InviteDialog view={view} onClose={onClose} />;
    case 'qr':
      return <part.QrDialog view={view} onClose={onClose} />;
    case 'rename':
      return <part.RenameDialog view={view} onClose={onClose} />;
    case 'details':
      return <part.DetailsDialog view={view} onClose={onClose} />;
    case 'report':
      return <part.ReportDialog view={view} onClose={onClose} />;
  }
}

function OpenPerson({ view }: { readonly view: RoomView }) {
  if (view.aboutPerson.value === undefined) return null;
  const close = () => {
    view.aboutPerson.value = undefined;
  };
  return (
    <Later part={lifePart} onClose={close}>
      {({ PersonSheet }) => <PersonSheet view={view} onClose={close} />}
    </Later>
  );
}

function AskedLink() {
  if (askedLink.value === undefined) return null;
  return (
    <Later part={panels} onClose={forgetLink}>
      {({ LinkDialog }) => <LinkDialog />}
    </Later>
  );
}

function forgetLink(): void {
  askedLink.value = undefined;
}

function People(props: { readonly view: RoomView; readonly onHide: () => void }) {
  const part = panels.loaded.value;
  return part === undefined ? null : <part.MembersPanel {...props} />;
}

function Unseen({ view }: { readonly view: RoomView }) {
  const part = panels.loaded.value;
  return part === undefined ? null : <part.Unseen view={view} />;
}

type TrustProps = { readonly view: RoomView; readonly onLeave: () => void };

/** Where the part is missing, the one sentence that matters. */
function Trust({ view, onLeave }: TrustProps) {
  const trouble = view.trouble.value;
  const part = trustPart.loaded.value;
  useEffect(() => (trouble === undefined ? undefined : trustPart.want()), [trouble]);
  if (trouble === undefined) return null;
  return (
    <div class="alarms">
      {part === undefined ? (
        trouble.server && <p role="alert">{roomTexts.serverLies}</p>
      ) : (
        <part.TrustNotices view={view} trouble={trouble} onLeave={onLeave} />
      )}
    </div>
  );
}

function Pins({ view }: { readonly view: RoomView }) {
  const part = messageActions.loaded.value;
  return part === undefined ? null : <part.PinBar view={view} />;
}

/** Nothing to do with messages until the part is there, unless someone asks for it. */
function Actions({ view }: { readonly view: RoomView }) {
  if (messageActions.loaded.value === undefined && view.sheet.value === undefined) return null;
  const close = () => {
    view.sheet.value = undefined;
  };
  return (
    <Later part={messageActions} onClose={close}>
      {({ MessageActions }) => <MessageActions view={view} />}
    </Later>
  );
}
