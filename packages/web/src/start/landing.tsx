// The start page: what Mayfly is, and the two ways into a room.

import type { RoomLink } from '@mayfly/client';
import { CreateCard } from './create-card.tsx';
import type { CreatedRoom } from './new-room.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { JoinCard } from './join-card.tsx';
import { ScreenHeading } from '../ui/screen-heading.tsx';
import { LaterWing } from './later-wing.tsx';
import { serverLimits } from './server-limits.ts';
import { texts } from '../words/start.ts';

type LandingProps = {
  readonly roomLink: string;
  readonly onCreated: (room: CreatedRoom) => void;
  readonly onJoin: (link: RoomLink, name: string) => void;
};

const TRUST_ICONS: readonly IconName[] = ['anonymous', 'lock', 'glass'];

export function Landing({ roomLink, onCreated, onJoin }: LandingProps) {
  const lifeMs = serverLimits.value.life * 1000;
  return (
    <main class="hero">
      <section class="hero__intro">
        <ScreenHeading>{texts.landing.heading}</ScreenHeading>
        <p>{texts.landing.lead(lifeMs)}</p>
        <ul class="trust">
          {texts.landing.trust(lifeMs).map((promise, index) => (
            <li key={promise}>
              <Icon name={TRUST_ICONS[index] ?? 'lock'} />
              {promise}
            </li>
          ))}
        </ul>
      </section>
      <div class="hero__forms">
        <LaterWing kind="hero" />
        <CreateCard onCreated={onCreated} />
        <JoinCard roomLink={roomLink} onJoin={onJoin} />
      </div>
    </main>
  );
}
