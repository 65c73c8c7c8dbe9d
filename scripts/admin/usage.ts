import { ROLES } from '#shared/domain/account.ts';

export const USAGE = `Usage: npm run admin -- <command>
  list                       everybody who is staff or admin
  grant <username> [role]    make somebody admin, or give another role: ${ROLES.join(', ')}
  revoke <username>          back to the role user; also the last admin, for there is always this command
  reset-password <username>  a new password, shown once; everything of theirs that is logged in is logged out
  categories list            all categories as CSV, which import reads again
  categories import <file>   make and change categories as a CSV says; a row with a mistake is named and left out.
                             Columns: id, name, assignee, hoursToAcknowledge, daysUntilOverdue, escalateTo
  deliveries [--retry]       mails and webhook calls: how many wait, were sent, were skipped or failed; --retry tries the
                             failed ones again
  export <file>              all complaints, hidden ones too: .csv or .jsonl; - writes JSON lines to the terminal

--layout groups | compact is accepted as by the other commands; the tables are the same in both.
On the local Appwrite of PORT and DATA_DIR, or on that of APPWRITE_ENDPOINT, APPWRITE_PROJECT_ID and APPWRITE_API_KEY.`;
