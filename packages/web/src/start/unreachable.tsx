// The server didn't answer when a room was to be opened.

import { EndedCard } from './ended-card.tsx';
import { ReloadButton } from '../ui/reload-button.tsx';
import { texts } from '../words/start.ts';

export function Unreachable() {
  return (
    <main class="single-card">
      <EndedCard {...texts.unreachable} wide>
        <div class="row">
          <ReloadButton>{texts.unreachable.again}</ReloadButton>
        </div>
      </EndedCard>
    </main>
  );
}
