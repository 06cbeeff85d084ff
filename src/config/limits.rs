//! `[limits]`: how often one client network may do what costs something.

use crate::config::{
    duration,
    network::Network,
    reader::Reader,
    rule::{Plain, Rule, matching, parsed},
};
use std::{fmt, num::NonZeroU32, str::FromStr, time::Duration};

/// So many times in so long, written `300 per 10m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many times, spread over the time; how many of them may come at once is said in `limit::rate`.
    pub count: NonZeroU32,
    /// In how long; between a second and a day.
    pub per: Duration,
}

/// A text that is not a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate is written like '300 per 10m', in a time from 1s to 1d")]
pub struct InvalidRate;

/// `[limits]`. A client network is one IPv4 address or one IPv6 /64. No rate can be set above ten times its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// `open`: links opened, per client network. Default `300 per 10m`.
    pub open: Rate,
    /// `agree`: agreements and other requests for a code, per client network. Default `300 per 1h`.
    pub agree: Rate,
    /// `code`: codes tried, per client network and recipient. Default `600 per 10m`; guesses are bounded per code and per recipient, in the ledger.
    pub code: Rate,
    /// `miss`: links that do not exist, per client network. Default `60 per 10m`.
    pub miss: Rate,
    /// `download`: documents and parts of documents asked for, per client network. Default `3000 per 10m`.
    pub download: Rate,
    /// `picture`: pictures and texts of pages, per client network and recipient. Default `2400 per 10m`.
    pub picture: Rate,
    /// `request`: agreements and other requests for a code, per client network and recipient. Default `10 per 1h`.
    pub request: Rate,
    /// `upload`: documents and parts of documents sent in, per client network. Default `3000 per 10m`.
    pub upload: Rate,
    /// `exempt_networks`: clients that none of this binds. Default none; a start with any warns.
    pub exempt_networks: Vec<Network>,
}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let (count, per) = text.split_once(" per ").ok_or(InvalidRate)?;
        if !count.bytes().all(|c| c.is_ascii_digit()) {
            return Err(InvalidRate);
        }
        let count = count.parse().map_err(|_| InvalidRate)?;
        let per = duration::parse(per).filter(|per| (1..=86_400).contains(&per.as_secs())).ok_or(InvalidRate)?;
        Ok(Self { count, per })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} per {}", self.count, duration::show(self.per))
    }
}

impl Rate {
    /// Whether it lets through no more than `most` does, neither in a short while nor in the long run.
    fn is_within(self, most: Self) -> bool {
        let (here, there) = (u64::from(self.count.get()), u64::from(most.count.get()));
        here <= there && here * most.per.as_secs() <= there * self.per.as_secs()
    }
}

impl Limits {
    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let open = r.key("open", Plain::Text("300 per 10m"), up_to("3000 per 10m"));
        let agree = r.key("agree", Plain::Text("300 per 1h"), up_to("3000 per 1h"));
        let code = r.key("code", Plain::Text("600 per 10m"), up_to("6000 per 10m"));
        let miss = r.key("miss", Plain::Text("60 per 10m"), up_to("600 per 10m"));
        let download = r.key("download", Plain::Text("3000 per 10m"), up_to("30000 per 10m"));
        let picture = r.key("picture", Plain::Text("2400 per 10m"), up_to("24000 per 10m"));
        let request = r.key("request", Plain::Text("10 per 1h"), up_to("100 per 1h"));
        let upload = r.key("upload", Plain::Text("3000 per 10m"), up_to("30000 per 10m"));
        let network = "must be a network like \"192.0.2.0/24\" or \"2001:db8::/32\", with no bit set after the prefix";
        let exempt_networks = r.list("exempt_networks", parsed(network));
        let (open, agree, code, miss, request) = (open?, agree?, code?, miss?, request?);
        Some(Self { open, agree, code, miss, download: download?, picture: picture?, request, upload: upload?, exempt_networks })
    }
}

/// A rate, at least one and at most `most`.
fn up_to(most: &'static str) -> Rule<Rate> {
    matching(&format!("must be a rate like \"300 per 10m\", at most \"{most}\""), move |text| {
        let (rate, most): (Rate, Rate) = (text.parse().ok()?, most.parse().ok()?);
        rate.is_within(most).then_some(rate)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_count_and_a_time() {
        assert_eq!("300 per 10m".parse::<Rate>().map(|rate| rate.to_string()), Ok("300 per 10m".to_owned()));
        for wrong in
            ["", "300", "300 per", "0 per 10m", "+3 per 10m", "300 per 0s", "1 per 2d", "300  per 10m", "300/10m", "5000000000 per 1h"]
        {
            assert_eq!(wrong.parse::<Rate>(), Err(InvalidRate), "{wrong}");
        }
    }

    #[test]
    fn a_rate_is_held_below_another_at_once_and_in_the_long_run() {
        let within = |a: &str, b: &str| Some(a.parse::<Rate>().ok()?.is_within(b.parse().ok()?));
        assert_eq!(within("20 per 10m", "20 per 10m"), Some(true));
        assert_eq!(within("2 per 1m", "20 per 10m"), Some(true));
        assert_eq!(within("3 per 1m", "20 per 10m"), Some(false));
        assert_eq!(within("100 per 1d", "20 per 10m"), Some(false));
    }
}
