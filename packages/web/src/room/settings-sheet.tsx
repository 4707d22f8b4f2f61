// The settings: how the page looks, what Enter does, what makes itself heard, and where all this is kept.

import { useLayoutEffect, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { background } from '../background.ts';
import { askToNotify, checkAbility, notifyAbility } from '../browser/notifications.ts';
import { playTone } from '../browser/tones.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Segmented } from '../ui/segmented.tsx';
import {
  type Settings,
  areKept,
  change,
  forgetOnDevice,
  keepOnDevice,
  resetSettings,
  settings,
} from '../ui/settings.ts';
import { Switch } from '../ui/switch.tsx';
import { lifeTexts } from '../words/life.ts';
import { entersBreak } from './enter-key.ts';
import { isTouch } from './room-focus.ts';
import type { RoomView } from './model/room-view.ts';

type SettingsSheetProps = { readonly view: RoomView; readonly onClose: () => void };

export function SettingsSheet({ view, onClose }: SettingsSheetProps) {
  useLayoutEffect(checkAbility, []);
  return (
    <Dialog title={lifeTexts.settings} onClose={onClose}>
      <Look />
      <Writing />
      <Alerts view={view} />
      <Device view={view} />
    </Dialog>
  );
}

type SectionProps = { readonly heading: string; readonly children: ComponentChildren };

function Section({ heading, children }: SectionProps) {
  return (
    <section class="settings">
      <h3>{heading}</h3>
      {children}
    </section>
  );
}

/** A choice for each label, in this order. */
function choicesOf<Value extends string>(
  labels: Readonly<Record<Value, string>>,
  order: readonly NoInfer<Value>[],
): readonly { readonly value: Value; readonly label: string }[] {
  return order.map((value) => ({ value, label: labels[value] }));
}

function Look() {
  const { theme, textSize } = settings.value;
  return (
    <Section heading={lifeTexts.look}>
      <Segmented
        legend={lifeTexts.theme}
        choices={choicesOf(lifeTexts.themes, ['auto', 'light', 'dark'])}
        value={theme}
        onChoose={(chosen) => change({ theme: chosen })}
      />
      <Segmented
        legend={lifeTexts.textSize}
        choices={choicesOf(lifeTexts.textSizes, ['small', 'normal', 'large', 'largest'])}
        value={textSize}
        onChoose={(chosen) => change({ textSize: chosen })}
      />
    </Section>
  );
}

function Writing() {
  return (
    <Section heading={lifeTexts.writing}>
      <Segmented
        legend={lifeTexts.enter}
        choices={choicesOf(lifeTexts.enters, ['sends', 'breaks'])}
        value={entersBreak() ? 'breaks' : 'sends'}
        onChoose={(chosen) => change({ enter: chosen })}
      />
      {!isTouch() && <p class="hint">{lifeTexts.enterHint}</p>}
    </Section>
  );
}

function Alerts({ view }: { readonly view: RoomView }) {
  const { notify, notifyText, quiet } = settings.value;
  const ability = notifyAbility.value;
  const canNotify = ability === 'ready' || ability === 'ask';
  return (
    <Section heading={lifeTexts.alerts}>
      <Switch
        label={lifeTexts.quiet}
        hint={lifeTexts.quietHint}
        on={quiet}
        onChange={(on) => change({ quiet: on })}
      />
      <Switch
        label={lifeTexts.sounds}
        hint={lifeTexts.soundsHint}
        on={view.sounds.value}
        onChange={(on) => {
          view.sounds.value = on;
          if (on) playTone('mention');
        }}
      />
      <Segmented
        legend={lifeTexts.notify}
        choices={choicesOf(lifeTexts.notifies, ['all', 'mentions', 'none'])}
        value={canNotify ? notify : 'none'}
        onChoose={(chosen) => background(chooseNotified(chosen))}
      />
      <p class="hint" role="status">
        {lifeTexts.notifyHint[ability === 'missing' && isTouch() ? 'phone' : ability]}
      </p>
      {canNotify && notify !== 'none' && (
        <Switch
          label={lifeTexts.notifyText}
          hint={lifeTexts.notifyTextHint}
          on={notifyText}
          onChange={(on) => change({ notifyText: on })}
        />
      )}
    </Section>
  );
}

/** Asks the browser only now, because a click is the only good moment. */
async function chooseNotified(chosen: Settings['notify']): Promise<void> {
  if (chosen !== 'none' && notifyAbility.peek() === 'ask') await askToNotify();
  const canNotify = notifyAbility.peek() === 'ready';
  change({ notify: canNotify ? chosen : 'none' });
}

function Device({ view }: { readonly view: RoomView }) {
  // An object, so the switch goes back to where it was each time.
  const [outcome, setOutcome] = useState<{ readonly text: string }>();
  return (
    <Section heading={lifeTexts.device}>
      <Switch
        label={lifeTexts.keep}
        hint={lifeTexts.keepHint}
        on={areKept.value}
        onChange={(on) => {
          if (!on) forgetOnDevice();
          setOutcome(on && !keepOnDevice() ? { text: lifeTexts.keepRefused } : undefined);
        }}
      />
      <p class="hint" role="status">
        {outcome?.text}
      </p>
      <button
        class="btn btn--secondary"
        type="button"
        onClick={() => {
          resetSettings();
          view.sounds.value = false;
          setOutcome({ text: lifeTexts.resetDone });
        }}
      >
        {lifeTexts.reset}
      </button>
    </Section>
  );
}
