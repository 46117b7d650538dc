//! `Vocabulary`: the characters of a text, and the number of each.

use crate::data::DataError;
use std::collections::{BTreeSet, HashMap};

/// The characters of a text, in the order of their code points, and the number of each.
///
/// ```
/// use autograd_nn::data::Vocabulary;
/// let vocabulary = Vocabulary::of("hello");
/// assert_eq!((vocabulary.len(), vocabulary.encode("hole")?), (4, vec![1, 3, 2, 0]));
/// assert_eq!(vocabulary.decode(&[1, 0, 2, 2, 3])?, "hello");
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    characters: Vec<char>,
    numbers: HashMap<char, i64>,
}

impl Vocabulary {
    /// The characters that occur in a text.
    pub fn of(text: &str) -> Self {
        let characters: Vec<char> = text.chars().collect::<BTreeSet<char>>().into_iter().collect();
        let numbers = characters.iter().zip(0..).map(|(&character, number)| (character, number)).collect();
        Vocabulary { characters, numbers }
    }

    /// The number of characters.
    pub fn len(&self) -> usize {
        self.characters.len()
    }

    /// Whether there is no character.
    pub fn is_empty(&self) -> bool {
        self.characters.is_empty()
    }

    /// The characters by number.
    pub fn characters(&self) -> &[char] {
        &self.characters
    }

    /// The number of each character of a text.
    ///
    /// # Errors
    /// If one is not in the vocabulary.
    pub fn encode(&self, text: &str) -> Result<Vec<i64>, DataError> {
        let number = |(place, character): (usize, char)| {
            self.numbers.get(&character).copied().ok_or_else(|| {
                let what = format!("character {place} is {character:?}, which is not in the vocabulary");
                DataError::new("text", what, "make the vocabulary of the whole text, or leave the character out")
            })
        };
        text.chars().enumerate().map(number).collect()
    }

    /// The text of numbers.
    ///
    /// # Errors
    /// If one is that of no character.
    pub fn decode(&self, numbers: &[i64]) -> Result<String, DataError> {
        let character = |(place, &number): (usize, &i64)| {
            let found = usize::try_from(number).ok().and_then(|number| self.characters.get(number));
            found.copied().ok_or_else(|| {
                let what = format!("number {place} is {number}, the vocabulary has {} characters", self.len());
                DataError::new("text", what, "decode what this vocabulary has encoded")
            })
        };
        numbers.iter().enumerate().map(character).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_encoded_is_decoded() {
        let text = "Zwölf Boxkämpfer — jagen 猫\n\0";
        let vocabulary = Vocabulary::of(text);
        assert_eq!(vocabulary.decode(&vocabulary.encode(text).unwrap()).unwrap(), text);
        assert!(vocabulary.characters().is_sorted());
        assert!(Vocabulary::of("").is_empty());
    }

    #[test]
    fn strangers_are_named() {
        let vocabulary = Vocabulary::of("ab");
        let error = vocabulary.encode("abx").unwrap_err();
        assert_eq!(error.what, "character 2 is 'x', which is not in the vocabulary");
        assert_eq!(vocabulary.decode(&[0, 2]).unwrap_err().what, "number 1 is 2, the vocabulary has 2 characters");
        assert!(vocabulary.decode(&[-1]).is_err());
    }
}
