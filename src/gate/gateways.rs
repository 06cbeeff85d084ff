//! Programs that look into mails or at links and say so: what their User-Agent holds, and where that is told.
//!
//! The list is short on purpose. Most gateways call themselves a browser and are not found here; they are known by what they do
//! (`domain/machine.rs`). Nobody who is on it is refused anything: it is a sign, told as one.

/// A word of the User-Agent in lower case, and whose it is.
type Known = (&'static str, &'static str);

/// Mail gateways and link scanners. Barracuda, Cisco, Proofpoint and Trend Micro by live-direct-marketing's field guide "Bot clicks from security
/// scanners"; Mimecast and Microsoft by the filters of mail senders that meet them (warmbly/warmbly 412, mautic/mautic 9162).
const GATEWAYS: [Known; 10] = [
    ("barracuda", "Barracuda Link Protection"),
    ("bingpreview", "Microsoft, looking at a link"),
    ("ciscosecureemail", "Cisco Secure Email"),
    ("fortimail", "Fortinet FortiMail"),
    ("ironport", "Cisco IronPort"),
    ("microsoft-urlanalyzer", "Microsoft Defender"),
    ("mimecast", "Mimecast URL Protect"),
    ("proofpoint", "Proofpoint URL Defense"),
    ("safelinks", "Microsoft Defender Safe Links"),
    ("tmes", "Trend Micro Email Security"),
];

/// Those that draw a card for a link in a conversation. Slack by api.slack.com/robots; Meta by developers.facebook.com/docs/sharing/webmasters;
/// WhatsApp by opengraphplus.com/consumers/whatsapp/crawling; the others by webmasterid.com/user-agents/social-preview-bot-user-agents.
const CARDS: [Known; 9] = [
    ("discordbot", "Discord"),
    ("facebookexternalhit", "Meta"),
    ("linkedinbot", "LinkedIn"),
    ("skypeuripreview", "Microsoft Teams and Skype"),
    ("slack-imgproxy", "Slack"),
    ("slackbot", "Slack"),
    ("telegrambot", "Telegram"),
    ("twitterbot", "X"),
    ("whatsapp", "WhatsApp"),
];

/// Whose program this is, if it is one of those known.
pub fn gateway(user_agent: &str) -> Option<&'static str> {
    let lower = user_agent.to_ascii_lowercase();
    // A short word counts only by itself, for browsers have many letters.
    let names = |(word, _): &&Known| match word.len() {
        0..=5 => lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == *word),
        _ => lower.contains(word),
    };
    GATEWAYS.iter().chain(&CARDS).find(names).map(|(_, whose)| *whose)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_name_themselves_are_known_and_browsers_are_not() {
        for (user_agent, whose) in [
            ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Slack"),
            ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "Meta"),
            ("WhatsApp/2.23.18.78 i", "WhatsApp"),
            ("Mozilla/5.0 (compatible; Barracuda Sentinel (EE))", "Barracuda Link Protection"),
            ("Mozilla/5.0 (Windows NT 6.1) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b", "Microsoft, looking at a link"),
            ("TMES/1.0", "Trend Micro Email Security"),
        ] {
            assert_eq!(gateway(user_agent), Some(whose), "{user_agent}");
        }
        for browser in [
            "",
            "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Sometimes/1.0",
        ] {
            assert_eq!(gateway(browser), None, "{browser}");
        }
    }

    #[test]
    fn every_word_stands_there_in_lower_case_and_once() {
        let mut words: Vec<&str> = GATEWAYS.iter().chain(&CARDS).map(|(word, _)| *word).collect();
        assert!(words.iter().all(|word| !word.is_empty() && !word.contains(|c: char| c.is_ascii_uppercase())));
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), GATEWAYS.len() + CARDS.len());
    }
}
