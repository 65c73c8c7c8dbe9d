import type { User } from '#shared/appwrite/rows.ts';
import { type Actor, DEFAULT_LANGUAGE, DEFAULT_NOTIFY } from '#shared/domain/account.ts';
import { mayOnAccount } from '#shared/domain/policy.ts';

/** The columns of a profile; other columns of an account are never sent. */
export type Profile = Pick<
  User,
  | 'username'
  | 'name'
  | 'phone'
  | 'role'
  | 'email'
  | 'emailConfirmed'
  | 'emailPending'
  | 'language'
  | 'notify'
  | 'registeredAt'
  | 'changedAt'
>;

function contactsOf({ email, emailConfirmed, emailPending, language, notify }: Profile) {
  return {
    email,
    emailConfirmed: email !== null && emailConfirmed === true,
    emailPending,
    language: language ?? DEFAULT_LANGUAGE,
    notify: notify ?? DEFAULT_NOTIFY,
  };
}

/**
 * The profile as the contract defines it. `viewer`: the person who reads it, the owner if absent. Only the owner and
 * admins get the address and the mail settings.
 */
export function presentProfile(profile: Profile, viewer?: Actor) {
  const isShown = viewer === undefined || mayOnAccount(viewer, 'readContact', profile.username);
  return {
    username: profile.username,
    name: profile.name,
    phone: profile.phone,
    role: profile.role,
    ...(isShown ? contactsOf(profile) : {}),
    createdAt: new Date(profile.registeredAt).toISOString(),
    updatedAt: new Date(profile.changedAt).toISOString(),
  };
}
