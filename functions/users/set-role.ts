import { RoleChange } from '#shared/contract/account-requests.ts';
import { profileOf } from '#shared/contract/examples.ts';
import { Profile } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { presentProfile } from '#shared/services/accounts/profile.ts';
import { setRole as giveRole } from '#shared/services/accounts/set-role.ts';

export const setRole = route({
  method: 'PUT',
  path: '/user/role',
  id: 'setRole',
  access: 'account',
  needsUsername: true,
  roles: ['admin'],
  body: { json: RoleChange },
  docs: {
    tag: 'Accounts',
    summary: 'Give a role',
    description:
      "Admins only; not one's own, and never the last admin's. It counts from the next request on, whatever token the person holds.",
    answers: { 200: { description: 'Given', schema: Profile } },
    refusals: ['forbidden', 'not_found', 'last_admin', 'busy'],
    examples: {
      given: {
        summary: 'The same role again changes nothing',
        as: 'margaret',
        needs: ['kim'],
        json: { username: 'kim', role: 'user' },
        answer: { status: 200, body: profileOf('kim', 'Kim Example') },
      },
      notAdmin: {
        summary: 'Not an admin',
        as: 'grace',
        json: { username: 'kim', role: 'staff' },
        answer: { code: 'forbidden', detail: 'Only admin may do this.' },
      },
      noSuchRole: {
        summary: 'No such role',
        as: 'margaret',
        json: { username: 'kim', role: 'boss' },
        answer: {
          code: 'invalid_fields',
          detail: 'role must be one of: user, staff, admin; "boss" was sent.',
          errors: [
            { field: 'role', code: 'invalid_value', message: 'must be one of: user, staff, admin; "boss" was sent' },
          ],
        },
      },
    },
  },
  async run({ body, caller, deps }) {
    const actor = await caller.actor();
    return { status: 200, body: presentProfile(await giveRole(deps, actor, body), actor) };
  },
});
