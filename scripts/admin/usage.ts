import { ROLES } from '#shared/domain/account.ts';

export const USAGE = `Usage: npm run admin -- <command>
  list                       list all staff and admins
  grant <username> [role]    make an account admin, or give it another role: ${ROLES.join(', ')}
  revoke <username>          give an account the role user, even the last admin, since this command can make another one
  reset-password <username>  set a random password, which is shown once, and log the account out everywhere
  categories list            print all categories as CSV, which import can read
  categories import <file>   create and change categories from a CSV file; rows with a mistake are reported and skipped.
                             Columns: id, name, assignee, hoursToAcknowledge, daysUntilOverdue, escalateTo
  deliveries [--retry]       show how many mails and webhook calls wait, were sent, were skipped or failed; --retry
                             tries the failed ones again
  export <file>              write all complaints, hidden ones too, as .csv or .jsonl; - prints JSON lines

--layout groups | compact is accepted as by the other commands; the tables are the same in both.
Uses the local Appwrite of PORT and DATA_DIR, or that of APPWRITE_ENDPOINT, APPWRITE_PROJECT_ID and APPWRITE_API_KEY.`;
