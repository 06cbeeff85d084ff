// The recipient's way in a real browser, against the real program: mail from files and from an SMTP server, with and without scripts, on a
// phone and at a desk, in light and dark, by mouse and by keyboard alone. Started by tests/run.sh; an argument picks tests by name.
import { chromium, chromiumPath, run } from "./tools.mjs";
import { quickstart, serve, serveApart, taking } from "./door.mjs";
import { keyboardAlone, printedLink, walk } from "./ways.mjs";
import { badLinks, expired, previewOnly, stopped, unsentCode, voidCode, wrongCode } from "./refusals.mjs";
import { changedDocuments, folders, hardNames } from "./lists.mjs";
import { archive, archiveOfPinned } from "./archives.mjs";
import { longByKeyboard, longOnPhone } from "./long.mjs";
import { report } from "./report.mjs";
import { scanners } from "./scanners.mjs";
import { asksForTime, saysNo, staysSignedIn } from "./said.mjs";
import { mails } from "./mails.mjs";
import { plainUpload, resumedByTus, scriptedUpload, uploadInTrouble } from "./uploads.mjs";
import { check } from "./visitor.mjs";
import { plays, playsNothing } from "./play.mjs";
import { picturesApart, playsAtHome, policyApart } from "./apart.mjs";
import { attachments } from "./letters.mjs";
import { gallery } from "./gallery.mjs";
import { german, germanRefusals, germanUpload } from "./german.mjs";
import { plainViewer, scriptedViewer, viewerByKeyboard, viewerInTrouble, viewerOnPaper, viewerReceipts, viewerText } from "./viewer.mjs";

const smtp = process.env.DOORWARD_TEST_SMTP_PORT && {
  port: process.env.DOORWARD_TEST_SMTP_PORT,
  maildir: process.env.DOORWARD_TEST_MAILDIR,
  ca: process.env.DOORWARD_TEST_SMTP_CA,
};

// The browser and the two servers: `files` writes mails into its outbox, `smtp` hands them to a mail server.
const stage = { browser: await chromium.launch({ executablePath: chromiumPath, args: ["--disable-dev-shm-usage"] }) };
let failed = true;

// Every page on two screens, in light and dark, takes its time under --full.
const GALLERY_SECONDS = process.env.DOORWARD_FULL ? 1800 : 120;

const ways = (door) =>
  [["desktop", true], ["desktop", false], ["phone", true], ["phone", false]].map(([screen, scripts]) => {
    const name = `${door}-${screen}-${scripts ? "scripts" : "plain"}`;
    return [`the_whole_way_${name.replaceAll("-", "_")}`, walk(stage, door, { name, screen, scripts })];
  });

const tests = [
  ["quickstart_starts_and_prints_a_link_that_works", async () => {
    stage.files = await quickstart();
    await printedLink(stage);
  }],
  ...ways("files"),
  ["the_whole_way_by_keyboard_alone", () => keyboardAlone(stage)],
  ["a_wrong_code_is_refused_and_the_right_one_still_works", () => wrongCode(stage)],
  ["a_void_code_stays_void_and_a_new_one_opens", () => voidCode(stage)],
  ["a_page_never_claims_a_mail_that_was_not_sent", () => unsentCode(stage)],
  ["bad_links_and_lists_without_a_code_get_calm_pages", () => badLinks(stage)],
  ["a_stopped_share_says_so_on_every_page", () => stopped(stage)],
  ["an_expired_share_says_so", () => expired(stage)],
  ["a_preview_only_share_gives_no_byte", () => previewOnly(stage)],
  ["quickstart_started_again_carries_on", () => stage.files.again()],
  ["folders_lead_down_and_back_and_never_out", () => folders(stage)],
  ["hard_names_are_shown_and_saved", () => hardNames(stage)],
  ["changed_and_missing_documents_are_told_and_kept_back", () => changedDocuments(stage)],
  ...[["desktop", true], ["desktop", false], ["phone", true], ["phone", false]].map(([screen, scripts]) => [
    `a_folder_is_saved_as_a_zip_on_a_${screen}_${scripts ? "with" : "without"}_scripts`, archive(stage, screen, scripts),
  ]),
  ["a_zip_of_what_is_pinned_says_what_is_not_in_it", () => archiveOfPinned(stage)],
  ["a_long_folder_is_sorted_searched_and_turned_by_keyboard", () => longByKeyboard(stage)],
  ["a_long_folder_is_sorted_searched_and_turned_on_a_phone", () => longOnPhone(stage)],
  ["documents_are_shown_page_by_page_without_scripts_on_a_desktop", plainViewer(stage, "desktop")],
  ["documents_are_shown_page_by_page_without_scripts_on_a_phone", plainViewer(stage, "phone")],
  ["all_pages_are_one_scroll_on_a_desktop", scriptedViewer(stage, "desktop")],
  ["all_pages_are_one_scroll_on_a_phone", scriptedViewer(stage, "phone")],
  ["the_viewer_works_by_keyboard", () => viewerByKeyboard(stage)],
  ["pages_are_printed_only_where_the_share_lets_them", () => viewerOnPaper(stage)],
  ["the_text_of_pages_stands_beside_them_where_the_share_gives_it", () => viewerText(stage)],
  ["the_viewer_waits_while_the_server_is_busy_and_says_when_access_ends", () => viewerInTrouble(stage)],
  ["what_is_shown_makes_a_receipt_and_no_byte_of_the_document_leaves", () => viewerReceipts(stage)],
  ["sound_and_film_are_played_on_a_desktop", plays(stage, "desktop", true)],
  ["sound_and_film_are_played_on_a_phone_without_scripts", plays(stage, "phone", false)],
  ["sound_and_film_are_not_played_where_nothing_is_downloaded", () => playsNothing(stage)],
  ["what_is_attached_to_a_mail_is_listed_and_looked_at_on_a_desktop", attachments(stage, "desktop", true)],
  ["what_is_attached_to_a_mail_is_listed_and_looked_at_on_a_phone_without_scripts", attachments(stage, "phone", false)],
  ["the_whole_way_in_german_on_a_desktop", german(stage, "desktop", true)],
  ["the_whole_way_in_german_on_a_phone_without_scripts", german(stage, "phone", false)],
  ["refusals_fit_every_screen_in_both_languages", () => germanRefusals(stage)],
  ["what_somebody_says_instead_of_agreeing_is_told_on_a_desktop", saysNo(stage, "desktop", true)],
  ["what_somebody_says_instead_of_agreeing_is_told_on_a_phone_without_scripts", saysNo(stage, "phone", false)],
  ["more_time_is_asked_for_by_keyboard_and_given", () => asksForTime(stage)],
  ["a_session_warns_before_it_ends_and_can_be_kept", () => staysSignedIn(stage)],
  ["every_page_fits_every_screen_and_is_accessible_in_both_languages", () => gallery(stage), GALLERY_SECONDS],
  ["scanners_make_no_receipt_and_keep_nobody_out", () => scanners(stage)],
  ["a_report_reads_well_on_the_screen_and_on_paper", () => report(stage)],
  ["serve_takes_documents_where_a_store_is_writable", async () => {
    stage.taking = await taking();
  }],
  ["documents_are_sent_by_the_form_alone_on_a_desktop", plainUpload(stage, "desktop")],
  ["documents_are_sent_by_the_form_alone_on_a_phone", plainUpload(stage, "phone")],
  ["documents_are_sent_piece_by_piece_on_a_desktop", scriptedUpload(stage, "desktop")],
  ["documents_are_sent_piece_by_piece_on_a_phone", scriptedUpload(stage, "phone")],
  ["documents_are_sent_in_german_on_a_phone", () => germanUpload(stage)],
  ["an_upload_outlives_a_broken_connection_and_can_be_stopped", () => uploadInTrouble(stage)],
  ["tus_js_client_is_cut_off_and_goes_on", () => resumedByTus(stage)],
  ["the_server_that_takes_documents_stops_cleanly", () => stage.taking.stop()],
  ["quickstart_stops_cleanly", () => stage.files.stop()],
  ["serve_starts_from_its_configuration", async () => {
    check(smtp, "there is no SMTP server to test with");
    stage.smtp = await serve(smtp);
  }],
  ...ways("smtp"),
  ["mails_read_well_in_light_and_dark", () => mails(stage)],
  ["serve_stops_cleanly", () => stage.smtp.stop()],
  ["serve_starts_with_a_host_for_pictures", async () => {
    stage.apart = await serveApart();
  }],
  ["pictures_come_from_a_host_of_their_own", picturesApart(stage, true)],
  ["pictures_come_from_a_host_of_their_own_without_scripts", picturesApart(stage, false)],
  ["a_page_lets_nothing_in_but_its_pictures", () => policyApart(stage)],
  ["sound_is_played_from_the_address_of_the_session", () => playsAtHome(stage)],
  ["serve_with_a_host_for_pictures_stops_cleanly", () => stage.apart.stop()],
];

try {
  failed = !(await run(tests));
} finally {
  await stage.browser.close();
  for (const door of [stage.files, stage.smtp, stage.apart, stage.taking]) if (door && !door.how) door.process.kill("SIGKILL");
}
process.exit(failed ? 1 : 0);
