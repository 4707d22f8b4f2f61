// The page: its current screen, and what lies above every screen.

import { useEffect, useRef } from 'preact/hooks';
import {
  type Screen,
  comeAgain,
  comeToRoom,
  enter,
  enterCreated,
  goHome,
  joinAs,
  keySent,
  leftRoomId,
  screen,
  sight,
  stepOut,
  undoLeaving,
} from './navigation.ts';
import { LeftRoom } from './room/left-room.tsx';
import { MarkSprite } from './ui/mark.tsx';
import { focusHeading } from './ui/screen-heading.tsx';
import { StartPage } from './start/start-page.tsx';
import { Invited } from './start/invited.tsx';
import { Landing } from './start/landing.tsx';
import { NoRoom } from './start/no-room.tsx';
import { Unreachable } from './start/unreachable.tsx';
import { texts } from './words/start.ts';

export function App() {
  const shown = screen.value;
  useFocusOnChange(shown.at);
  return (
    <>
      <MarkSprite />
      {shown.at === 'room' ? <shown.part.Room onBack={stepOut} /> : <StartScreen shown={shown} />}
      <LeftRoom id={leftRoomId.value} onUndo={undoLeaving} />
    </>
  );
}

/**
 * The first screen of a page load leaves the focus where the browser put it. The room and *Undo* place the focus
 * themselves.
 */
function useFocusOnChange(at: Screen['at']): void {
  const before = useRef(at);
  useEffect(() => {
    const takesFocus = at !== 'room' && leftRoomId.peek() === undefined;
    if (at !== before.current && takesFocus) focusHeading();
    before.current = at;
  }, [at]);
}

type StartScreenProps = { readonly shown: Exclude<Screen, { at: 'room' }> };

function StartScreen({ shown }: StartScreenProps) {
  const isLanding = shown.at === 'landing';
  return (
    <>
      {isLanding && <SkipLink />}
      <StartPage ownWing={isLanding} onHome={goHome}>
        <ScreenBody shown={shown} />
      </StartPage>
    </>
  );
}

function ScreenBody({ shown }: StartScreenProps) {
  switch (shown.at) {
    case 'landing':
      return (
        <Landing key={shown.roomLink} roomLink={shown.roomLink} onCreated={enterCreated} onJoin={joinAs} />
      );
    case 'invited':
      return (
        <Invited
          link={shown.link}
          sight={sight}
          keySent={keySent.value}
          onJoin={(name) => joinAs(shown.link, name)}
        />
      );
    case 'locked':
      return <shown.part.PassphraseDoor door={shown.door} onEnter={enter} />;
    case 'unusableLink':
      return (
        <NoRoom takesFocus={false}>
          {({ UnusableLink }) => <UnusableLink trouble={shown.trouble} onLink={comeToRoom} />}
        </NoRoom>
      );
    case 'opening':
      return (
        <main class="single-card">
          <p class="opening" role="status">
            {texts.opening}
          </p>
        </main>
      );
    case 'unreachable':
      return <Unreachable />;
    case 'ended':
      return (
        <NoRoom takesFocus>
          {({ Ended }) => (
            <Ended
              room={shown.room}
              onHome={goHome}
              onCreated={enterCreated}
              onJoin={joinAs}
              onAgain={comeAgain}
            />
          )}
        </NoRoom>
      );
  }
}

/** Only looks like an anchor: the part of the address after # belongs to the key. */
function SkipLink() {
  return (
    <a
      class="skip-link"
      href="#create"
      onClick={(event) => {
        event.preventDefault();
        document.querySelector<HTMLInputElement>('#create input')?.focus();
      }}
    >
      {texts.landing.skip}
    </a>
  );
}
