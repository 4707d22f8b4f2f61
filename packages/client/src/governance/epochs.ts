// Into another epoch: by slices, or by a link that is of it already (SLICE-1 to SLICE-3). Loaded when a room's link has
// changed for the first time.

import {
  type RoomId,
  type Welcome,
  bytesField,
  decodeCharterArgs,
  decodeCommand,
  equalBytes,
  field,
  listOf,
  parseJsonObject,
  toBase64url,
  wholeNumber,
} from '@mayfly/protocol';
import { decodeRotationFrame } from '@mayfly/protocol/rotation';
import { type EpochRoot, checkCharter, readRoot } from '../crypto/charter.ts';
import { type EpochKeys, type RoomSecrets, doorOf, epochKeys, roomSecrets } from '../crypto/keys.ts';
import { openSlice } from '../crypto/slice.ts';
import { wipe } from '../crypto/wipe.ts';
import type { KeyRing } from './key-ring.ts';

/** Secrets of at most so many earlier epochs are kept, here and by servers. */
const ROOTS_MAX = 16;
const SECOND_BYTES = 32;

export type EpochsDeps = {
  readonly id: RoomId;
  readonly ring: KeyRing;
  readonly self: { readonly pk: Uint8Array; readonly xSecret: Uint8Array };
  /** What an earlier page of this tab kept. */
  readonly kept: string;
  keep(text: string): void;
};

/**
 * `no_slice`: the link changed without us. `false`: what came doesn't fit the owner's charter. `behind`: an epoch that we
 * left.
 */
export type Turn = 'turned' | 'no_slice' | 'false' | 'behind';

/** The charter in force, as a welcome or an event shows it. */
export type InForce = Pick<Welcome, 'charter' | 'blob' | 'c' | 'epoch'>;

type Step = { readonly secrets: RoomSecrets; readonly keys: EpochKeys };

export class Epochs {
  readonly #deps: EpochsDeps;
  /** By epoch: the newest that came. */
  readonly #slices = new Map<number, Uint8Array>();
  /** Of the epochs before the current one. */
  #roots: readonly EpochRoot[] = [];

  constructor(deps: EpochsDeps) {
    this.#deps = deps;
    this.#restore();
  }

  /** Of all epochs up to the current one. */
  get roots(): readonly EpochRoot[] {
    const { ring } = this.#deps;
    return [...this.#roots, { epoch: ring.current.epoch, root: ring.secrets.root }];
  }

  /** A frame 0x96. */
  receive(frame: Uint8Array): void {
    const slice = decodeRotationFrame(frame);
    if (slice?.type !== 'slice' || slice.epoch <= this.#deps.ring.current.epoch) return;
    if (this.#slices.size < ROOTS_MAX) this.#slices.set(slice.epoch, slice.sealed);
  }

  /** To the epoch of this charter, if everything about it holds. */
  turn(shown: InForce): Turn {
    const { id, ring } = this.#deps;
    if (shown.epoch < ring.current.epoch) return 'behind';
    const isByLink = this.#isOfLink(shown);
    const steps = isByLink ? [this.#ofLink(shown.epoch)] : this.#steps(shown);
    const last = steps?.at(-1);
    if (steps === undefined || last === undefined) return 'no_slice';
    const { charter: bytes, blob, c: lastC } = shown;
    const door = doorOf(last.secrets);
    const checked = checkCharter({ id, ...last, door, lastC, bytes, blob });
    if (!checked.ok) return 'false';
    const own = isByLink ? this.#roots : [...this.roots, ...steps.slice(0, -1).map(rootOf)];
    this.#become(last, [...checked.manifest.roots, ...own], isByLink);
    return 'turned';
  }

  // Our link is newer than we knew: we came by it.
  #isOfLink({ charter }: InForce): boolean {
    const args = decodeCharterArgs(decodeCommand(charter)?.args ?? NOTHING);
    return args !== undefined && equalBytes(args.accessPk, this.#deps.ring.secrets.access.pk);
  }

  #ofLink(epoch: number): Step {
    const { secret, second } = this.#deps.ring.secrets;
    const secrets = roomSecrets(secret, second);
    return { secrets, keys: epochKeys(secrets.root, this.#deps.id, epoch) };
  }

  // One after the other, each opened with the keys of the one before.
  #steps({ epoch, charter }: InForce): readonly Step[] | undefined {
    const { id, ring, self } = this.#deps;
    const ownerPk = decodeCommand(charter)?.signerPk ?? NOTHING;
    const steps: Step[] = [];
    let keys = ring.current;
    while (keys.epoch < epoch && steps.length < ROOTS_MAX) {
      const sealed = this.#slices.get(keys.epoch + 1);
      const opened = sealed && openSlice(keys, { ownerPk, idPk: self.pk, xSecret: self.xSecret }, sealed);
      if (opened === undefined) return undefined;
      const secrets = roomSecrets(opened.secret, opened.second);
      wipe(opened.second);
      keys = epochKeys(secrets.root, id, keys.epoch + 1);
      steps.push({ secrets, keys });
    }
    return steps;
  }

  // Of two roots for one epoch, our own counts.
  #become({ secrets, keys }: Step, roots: readonly EpochRoot[], isByLink: boolean): void {
    const older = new Map(roots.map(({ epoch, root }) => [epoch, Uint8Array.from(root)]));
    this.#roots = Array.from(older, ([epoch, root]) => ({ epoch, root }))
      .filter(({ epoch }) => epoch < keys.epoch)
      .sort((a, b) => a.epoch - b.epoch)
      .slice(-ROOTS_MAX);
    this.#hold(secrets, keys, isByLink ? () => undefined : (epoch) => this.#deps.ring.of(epoch));
    this.#slices.clear();
    this.#keep();
  }

  #hold(secrets: RoomSecrets, keys: EpochKeys, known: KeyRing['of']): void {
    const { id, ring } = this.#deps;
    const older = this.#roots.map(({ epoch, root }) => known(epoch) ?? epochKeys(root, id, epoch));
    const [first, ...rest] = [...older, keys];
    if (first !== undefined) ring.turn(secrets, [first, ...rest]);
  }

  #keep(): void {
    const { epoch } = this.#deps.ring.current;
    const { secret, second: p } = this.#deps.ring.secrets;
    const second = p && toBase64url(p);
    const roots = this.#roots.map((one) => ({ e: one.epoch, root: toBase64url(one.root) }));
    this.#deps.keep(JSON.stringify({ v: 1, epoch, secret, second, roots }));
  }

  // It counts if it came from the same link, or from one that the link was before.
  #restore(): void {
    const { ring, id, kept } = this.#deps;
    const object = parseJsonObject(kept);
    const epoch = object && wholeNumber(field(object, 'epoch'), 0xffff_ffff);
    const secret = object && field(object, 'secret');
    const second = object && bytesField(field(object, 'second'), SECOND_BYTES);
    const roots = object && listOf(field(object, 'roots'), ROOTS_MAX, readRoot);
    if (epoch === undefined || typeof secret !== 'string' || roots === undefined) return;
    const isSame =
      secret === ring.secrets.secret || roots.some(({ root }) => equalBytes(root, ring.secrets.root));
    if (!isSame) return;
    this.#roots = roots;
    const secrets = roomSecrets(secret, second);
    this.#hold(secrets, epochKeys(secrets.root, id, epoch), () => undefined);
  }
}

function rootOf({ secrets, keys }: Step): EpochRoot {
  return { epoch: keys.epoch, root: secrets.root };
}

const NOTHING = new Uint8Array(0);
