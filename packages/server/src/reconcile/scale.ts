/** Scale: how many copies of an application run, and the bringing about of that number. */
import type { ApplicationRecord } from '../store/applications.ts';
import { Copy, type Role } from './copy.ts';
import { dismiss } from './drain.ts';
import type { Facts } from './facts.ts';
import { specFor } from './spec.ts';
import type { Tools } from './tools.ts';
import { keyOf, type Generation, type Wish } from './wish.ts';

/** Replicas that are wanted: minReplica, and one at least. */
export function wantedReplicas({ scalingConfig }: Pick<ApplicationRecord, 'scalingConfig'>): number {
  return Math.max(1, scalingConfig.minReplica ?? 1);
}

export interface Group {
  readonly role: Role;
  readonly generation: Generation;
}

/** The copies that play this role for this generation. */
export function copiesOf(facts: Facts, { role, generation }: Group): Copy[] {
  const key = keyOf(generation);
  return facts.copies.filter((copy) => copy.role === role && keyOf(copy.generation) === key);
}

/** Starts what is missing and sends away what is too much. Returns the copies that there are now. */
export function scale(facts: Facts, wish: Wish, group: Group & { tools: Tools }): Copy[] {
  const { tools, role, generation } = group;
  const wanted = wantedReplicas(wish.application);
  const present = copiesOf(facts, group);
  const inputs = { applicationId: facts.applicationId, role, ...generation, wanted, present: present.length };
  if (present.length !== wanted) tools.log.info(inputs, 'scaling');
  for (let number = present.length; number < wanted; number++) {
    facts.copies.push(startCopy(facts, wish, group));
  }
  for (const copy of present.slice(wanted)) dismiss(copy, { facts, tools, settings: wish.settings });
  return copiesOf(facts, group);
}

function startCopy(facts: Facts, wish: Wish, { role, generation, tools }: Group & { tools: Tools }): Copy {
  const { applicationId } = facts;
  const { artifactId } = generation;
  const settings = (): Wish['settings'] => (facts.wish ?? wish).settings;
  const { runtimes, gate, backOff, clock, random, openSecret } = tools;
  const makeSpec = specFor(wish, { artifactId, random, settings, openSecret });
  const log = tools.log.child({ applicationId, ...generation });
  return new Copy({
    role,
    generation,
    makeSpec,
    runtimes,
    gate,
    backOff,
    clock,
    random,
    log,
    onChange: tools.changed,
  });
}
