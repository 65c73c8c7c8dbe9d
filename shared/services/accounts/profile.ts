import type { User } from '#shared/appwrite/rows.ts';
import { type Actor, DEFAULT_LANGUAGE, DEFAULT_NOTIFY } from '#shared/domain/account.ts';
import { mayOnAccount } from '#shared/domain/policy.ts';

/** The columns of a profile; no other column of an account is ever sent. */
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

/** The profile as the contract shows it to its owner and, with `viewer`, to somebody: others but admins get no address. */
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
