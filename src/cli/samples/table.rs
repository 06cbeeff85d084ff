//! The sample table: an inventory as comma-separated values (RFC 4180).

const HEADER: &str = "No.,Thing,Room,Acquired,Value in EUR,Condition,Counted 2019,Counted 2026,Remark";

const ROWS: [&str; 40] = [
    "Optical apparatus of the third order,Lantern room,1887,48000,good,yes,yes,",
    "Rotation clockwork with weights,Lantern room,1887,9500,good,yes,yes,oiled in May",
    "Spare prism ring,Lantern room,1887,3200,one chip,yes,yes,",
    "Lamp changer for two bulbs,Lantern room,1961,640,good,yes,yes,",
    "Bulbs of 1000 W (box of 12),Lantern room,1998,180,sealed,yes,yes,9 left",
    "Linen curtains for the lantern (set of 8),Lantern room,1952,240,worn,yes,yes,",
    "Brass lens key,Lantern room,1887,420,,yes,missing,see the statement",
    "Chamois leathers (pack of 10),Lantern room,2017,35,good,yes,yes,6 left",
    "Gallery railing gate,Gallery,1887,300,painted 2022,yes,yes,",
    "Wind vane,Gallery,1903,850,bent,yes,yes,",
    "Anemometer,Gallery,1974,410,good,yes,yes,",
    "Signal flags (set of 40),Watch room,1936,720,two faded,yes,yes,",
    "Brass telescope with stand,Watch room,1894,2600,good,yes,yes,",
    "Aneroid barometer,Watch room,1911,980,,yes,missing,\"on the wall until October, it is said\"",
    "Ship's bell,Watch room,1854,3900,good,yes,yes,\"from the wreck of the \"\"Patience\"\"\"",
    "Logbooks 1887-1959 (72 volumes),Watch room,1887,,good,yes,yes,in the safe",
    "\"Logbooks 1960-2019 (59 volumes, one for each year)\",Watch room,1960,,good,yes,yes,",
    "Logbook of 1968,Watch room,1968,,pencil marks,yes,missing,\"returned by post, 27 February\"",
    "Field telephone,Watch room,1943,260,good,yes,yes,",
    "VHF set,Watch room,1988,150,works,yes,yes,",
    "Tide tables 1920-1975,Watch room,1920,90,foxed,yes,yes,",
    "Oak desk,Watch room,1890,1400,good,yes,yes,",
    "Revolving chair,Watch room,1931,310,squeaks,yes,yes,",
    "Wall clock with eight-day movement,Stair,1889,2200,good,yes,yes,4 min slow",
    "Fire buckets (6),Stair,1910,180,good,yes,yes,",
    "Rope of 60 m with hook,Stair,2004,75,good,yes,yes,",
    "Oil tanks of copper (3),Oil store,1887,2700,dented,yes,yes,",
    "Oil measures (set of 5),Oil store,1887,640,,yes,missing,second count needed",
    "Funnel with strainer,Oil store,1887,110,good,yes,yes,",
    "Ladder of ash,Oil store,1955,60,good,yes,yes,",
    "Storm lanterns (4),Oil store,1928,360,one without glass,yes,yes,",
    "Cast-iron stove,Kitchen,1899,700,good,yes,yes,",
    "Kettle of 5 litres,Kitchen,1948,25,good,yes,yes,",
    "Crockery with harbour crest (31 pieces),Kitchen,1912,540,complete,yes,yes,",
    "Sextant in its case,Store room,1908,1900,,yes,missing,case is there",
    "Chart of the bay 1:25 000,Store room,1896,1200,framed,yes,yes,",
    "Diver's lamp,Store room,1926,480,,yes,missing,",
    "Model of the tower,Store room,1937,350,glued,yes,yes,",
    "Foghorn trumpet,Store room,1905,1600,good,yes,yes,",
    "Keeper's coat and cap,Store room,1950,220,moth in the lining,yes,yes,",
];

/// The table as UTF-8, with the line ends that RFC 4180 asks for.
pub(super) fn csv() -> Vec<u8> {
    let mut text = format!("{HEADER}\r\n");
    for (at, row) in ROWS.iter().enumerate() {
        text.push_str(&format!("{},{row}\r\n", at + 1));
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_as_many_fields_as_the_header() {
        let text = String::from_utf8(csv()).unwrap_or_default();
        for line in text.lines() {
            let mut quoted = false;
            let commas = line.chars().filter(|&c| {
                quoted ^= c == '"';
                c == ',' && !quoted
            });
            assert_eq!(commas.count(), 8, "{line}");
        }
        assert_eq!(text.matches("missing").count(), 6);
    }
}
