import type { User } from '#shared/appwrite/rows.ts';

/** What a profile is made of; nothing else of an account ever leaves. */
export type Profile = Pick<User, 'username' | 'name' | 'phone' | 'role' | 'registeredAt' | 'changedAt'>;

/** The profile as the contract shows it. */
export function presentProfile(profile: Profile) {
  return {
    username: profile.username,
    name: profile.name,
    phone: profile.phone,
    role: profile.role,
    createdAt: new Date(profile.registeredAt).toISOString(),
    updatedAt: new Date(profile.changedAt).toISOString(),
  };
}
