//! Small numbers as texts have them.

const WORDS: [&str; 11] =
    ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/// A number as a sentence says it: in words up to ten.
pub fn in_words(number: usize) -> String {
    WORDS.get(number).map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

/// The same at the beginning of a sentence.
pub fn in_words_first(number: usize) -> String {
    let word = in_words(number);
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_up_to_ten_are_words() {
        assert_eq!(in_words(2), "two");
        assert_eq!(in_words_first(5), "Five");
        assert_eq!(in_words(11), "11");
    }
}
