import { createHash } from 'node:crypto';
import { z } from 'zod';
import { badParameter, refuseIceBreakers, refuseProfile } from './rules.ts';
import type { SandboxState } from './sandbox-state.ts';
import { sandboxStateSchema } from './sandbox-state.ts';
import type { Simulate, SimulatedCall } from './simulated-call.ts';
import { parameter, Refused, requireOwn, throwIf } from './simulated-call.ts';

/** A person who did something here, as the platform shows them; undefined where the id is nobody's. */
export async function showPerson(call: SimulatedCall): Promise<object | undefined> {
  const last = await call.store.lastFrom(call.account.externalId, call.id);
  if (!last) return undefined;
  throwIf(refuseProfile(last.wroteAt));
  const { username } = last;
  const [followers = 0, follows = 0] = createHash('sha256').update(username).digest();
  return {
    id: call.id,
    username,
    name: username.charAt(0).toUpperCase() + username.slice(1),
    profile_pic: `https://example.com/people/${encodeURIComponent(username)}.jpg`,
    follower_count: followers * 7,
    is_user_follow_business: follows % 2 === 0,
  };
}

const localized = <T extends z.ZodType>(item: T) =>
  z.array(z.object({ locale: z.string().default('default'), call_to_actions: z.array(item) })).min(1);
const startersBody = z.object({
  ice_breakers: localized(sandboxStateSchema.shape.iceBreakers.unwrap().element).optional(),
  persistent_menu: localized(sandboxStateSchema.shape.menu.unwrap().element).optional(),
});

export const setStarters: Simulate = async (call) => {
  requireOwn(call);
  const body = startersBody.safeParse(call.body);
  const isEmpty = !body.data?.ice_breakers && !body.data?.persistent_menu;
  if (!body.success || isEmpty) throw new Refused(badParameter('ice_breakers or persistent_menu'));
  const iceBreakers = body.data.ice_breakers && defaultOf(body.data.ice_breakers);
  const menu = body.data.persistent_menu && defaultOf(body.data.persistent_menu);
  throwIf(refuseIceBreakers(iceBreakers?.length ?? 0));
  await call.store.setState(call.account.workspaceId, {
    ...(iceBreakers && { iceBreakers }),
    ...(menu && { menu }),
  });
  return { result: 'success' };
};

export const readStarters: Simulate = async (call) => {
  requireOwn(call);
  const { iceBreakers, menu } = await call.store.state(call.account.workspaceId);
  const fields = fieldsOf(call);
  const asked = {
    ...(fields.includes('ice_breakers') && iceBreakers.length > 0 && { ice_breakers: forAll(iceBreakers) }),
    ...(fields.includes('persistent_menu') && menu.length > 0 && { persistent_menu: forAll(menu) }),
  };
  return { data: Object.keys(asked).length > 0 ? [asked] : [] };
};

export const deleteStarters: Simulate = async (call) => {
  requireOwn(call);
  const fields = fieldsOf(call);
  const change: Partial<SandboxState> = {
    ...(fields.includes('ice_breakers') && { iceBreakers: [] }),
    ...(fields.includes('persistent_menu') && { menu: [] }),
  };
  if (Object.keys(change).length === 0) throw new Refused(badParameter('fields'));
  await call.store.setState(call.account.workspaceId, change);
  return { result: 'success' };
};

function fieldsOf(call: SimulatedCall): string[] {
  const fields = parameter(call, 'fields');
  return Array.isArray(fields) ? fields.map(String) : String(fields ?? '').split(',');
}

function defaultOf<T>(entries: { locale: string; call_to_actions: T[] }[]): T[] {
  return entries.find(({ locale }) => locale === 'default')?.call_to_actions ?? [];
}

const forAll = <T>(items: T[]) => [{ locale: 'default', call_to_actions: items }];
