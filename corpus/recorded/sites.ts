/** The sites that are recorded: each application with the visits that it gets. */

import { adminer } from "../../testbed/applications/adminer.ts";
import type { Application } from "../../testbed/applications/application.ts";
import { dokuwiki } from "../../testbed/applications/dokuwiki.ts";
import { mediawiki } from "../../testbed/applications/mediawiki.ts";
import { phpmyadmin } from "../../testbed/applications/phpmyadmin.ts";
import { wordpress } from "../../testbed/applications/wordpress.ts";
import { adminerVisits } from "./adminer.ts";
import { dokuwikiVisits } from "./dokuwiki.ts";
import { mediawikiVisits } from "./mediawiki.ts";
import { phpmyadminVisits } from "./phpmyadmin.ts";
import type { VisitKind } from "./visit.ts";
import { wordpressVisits } from "./wordpress.ts";

/** In the order in which they are recorded. */
export const sites: readonly { readonly application: Application; readonly visits: readonly VisitKind[] }[] =
  [
    { application: dokuwiki, visits: dokuwikiVisits },
    { application: mediawiki, visits: mediawikiVisits },
    { application: wordpress, visits: wordpressVisits },
    { application: phpmyadmin, visits: phpmyadminVisits },
    { application: adminer, visits: adminerVisits },
  ];
