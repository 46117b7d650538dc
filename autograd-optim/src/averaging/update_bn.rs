//! `update_bn`: statistics of batch normalisation, anew.

use autograd_core::{Real, Tensor, no_grad};
use autograd_nn::{Buffer, Counter, Module, Part, Visitor};

/// Computes the running statistics of all batch normalisations anew, as the mean over all batches.
///
/// Weights that are an average need it: no batch has ever passed a layer with them. `forward` is the forward pass of the model on a batch, in
/// training. After it a layer has the statistics that it would have with `momentum(None)`, whatever its momentum is; to find that out, the
/// first batch is passed twice. Instance normalisations that keep running statistics are included.
///
/// A layer that no batch reaches, or whose momentum is 0, keeps its statistics. The model goes on training or evaluating as before; if
/// `forward` panics it has its statistics of before.
///
/// As PyTorch's `torch.optim.swa_utils.update_bn` (Izmailov et al. 2018, section 3.2).
///
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{BatchNorm1d, Forward};
/// use autograd_optim::update_bn;
///
/// let layer = BatchNorm1d::new(1);
/// let batches = [[[0.0f32], [2.0]], [[3.0], [7.0]]].map(Var::constant);
/// update_bn(&layer, &batches, |batch| layer.forward(batch));
/// let of = |statistic: &Option<autograd_nn::Buffer>| statistic.as_ref().unwrap().value().to_vec()[0];
/// assert!((of(&layer.running_mean) - 3.0).abs() < 1e-5); // of 1 and 5
/// assert!((of(&layer.running_var) - 5.0).abs() < 1e-5); // of 2 and 8, unbiased
/// ```
#[doc(alias = "bn_update")]
pub fn update_bn<T: Real, B, R>(
    model: &(impl Module<T> + ?Sized),
    batches: impl IntoIterator<Item = B>,
    mut forward: impl FnMut(&B) -> R,
) {
    let mut renewal = Renewal::new(model);
    model.train();
    for batch in batches {
        renewal.pass(0.0, || drop(forward(&batch)));
        let seen: Vec<(u64, [Vec<f64>; 2])> = renewal.layers.iter().map(|layer| (layer.count, layer.read())).collect();
        if renewal.layers.iter().any(Layer::is_unknown) {
            renewal.pass(PROBE, || drop(forward(&batch)));
            renewal.layers.iter_mut().filter(|layer| layer.is_unknown()).for_each(Layer::find_kept);
        }
        for (layer, (count, statistics)) in renewal.layers.iter_mut().zip(seen) {
            layer.add(count, statistics);
        }
    }
    renewal.layers.iter_mut().for_each(Layer::finish);
}

/// What running statistics are set to in order to see how much of it a layer keeps: so large that those of a batch are lost beside it.
const PROBE: f64 = (1u128 << 100) as f64;

/// The running statistics of a layer.
///
/// A pass takes `r` to `k r + (1 - k) b`, where `b` is the statistic of the batch, or a mean of several if the layer is used more than once.
struct Layer<T: Real> {
    /// The names of the mean, the variance and the counter, but for their last part.
    prefix: String,
    running: [Buffer<T>; 2],
    /// How often the last pass came by, and before this began.
    count: u64,
    count_before: u64,
    before: [Tensor<T>; 2],
    /// `k`, once it is known, for so many uses in a pass.
    kept: Option<(u64, f64)>,
    /// The sums of `b`, and over how many batches.
    sums: [Vec<f64>; 2],
    batches: u64,
}

impl<T: Real> Layer<T> {
    /// Whether the last pass came by, and what it kept is not known.
    fn is_unknown(&self) -> bool {
        self.count > 0 && self.kept.is_none_or(|(count, _)| count != self.count)
    }

    /// `(1 - k) b`, after a pass from 0.
    fn read(&self) -> [Vec<f64>; 2] {
        self.running.each_ref().map(|running| running.value().to_vec().into_iter().map(T::as_f64).collect())
    }

    /// Finds `k`, after a pass from the probe.
    fn find_kept(&mut self) {
        self.kept = self.read()[0].first().map(|running| (self.count, running / PROBE));
    }

    /// Adds `b` of a pass that came by so many times.
    fn add(&mut self, count: u64, statistics: [Vec<f64>; 2]) {
        let taken = self.kept.filter(|kept| kept.0 == count).map_or(0.0, |(_, kept)| 1.0 - kept);
        if count == 0 || taken == 0.0 {
            return;
        }
        self.batches += 1;
        for (sums, statistic) in self.sums.iter_mut().zip(statistics) {
            sums.iter_mut().zip(statistic).for_each(|(sum, part)| *sum += part / taken);
        }
    }

    /// Makes the means over all batches what is left behind.
    fn finish(&mut self) {
        if self.batches > 0 {
            let batches = self.batches as f64;
            let mean = |sums: &Vec<f64>| Tensor::from_fn([sums.len()], |i| T::of(sums[i] / batches));
            self.before = self.sums.each_ref().map(mean);
            self.count_before = self.batches;
        }
    }
}

/// The layers of a model whose statistics are renewed. When this is dropped they get what is to be left behind, and the model trains or
/// evaluates as before.
struct Renewal<'m, T: Real, M: Module<T> + ?Sized> {
    model: &'m M,
    layers: Vec<Layer<T>>,
    training: Vec<bool>,
}

impl<'m, T: Real, M: Module<T> + ?Sized> Renewal<'m, T, M> {
    fn new(model: &'m M) -> Self {
        let buffers = model.named_buffers();
        let layer = |(name, mean): &(String, Buffer<T>)| {
            let prefix = name.strip_suffix("running_mean")?.to_owned();
            let (_, var) = buffers.iter().find(|(name, _)| *name == format!("{prefix}running_var"))?;
            let running = [mean.clone(), var.clone()];
            let before = running.each_ref().map(Buffer::value);
            let sums = [0; 2].map(|_| vec![0.0; mean.shape().numel()]);
            Some(Layer { prefix, running, count: 0, count_before: 0, before, kept: None, sums, batches: 0 })
        };
        let mut renewal = Renewal { model, layers: buffers.iter().filter_map(layer).collect(), training: Vec::new() };
        renewal.each_counter(|layer, counter| layer.count_before = counter.get());
        model.visit(&mut Visitor::new(&mut |_, part| {
            if let Part::Training(training) = part {
                renewal.training.push(training.is_on());
            }
        }));
        renewal
    }

    /// A forward pass from these statistics.
    fn pass(&mut self, running: f64, forward: impl FnOnce()) {
        for buffer in self.layers.iter().flat_map(|layer| &layer.running) {
            buffer.set(Tensor::full(buffer.shape(), T::of(running)));
        }
        // With one batch at a time a layer without momentum takes all of it.
        self.each_counter(|_, counter| counter.set(0));
        no_grad(forward);
        self.each_counter(|layer, counter| layer.count = counter.get());
    }

    fn each_counter(&mut self, mut f: impl FnMut(&mut Layer<T>, &Counter)) {
        let layers = &mut self.layers;
        self.model.visit(&mut Visitor::new(&mut |name, part| {
            if let (Part::Counter(counter), Some(prefix)) = (part, name.strip_suffix("num_batches_tracked"))
                && let Some(layer) = layers.iter_mut().find(|layer| layer.prefix == prefix)
            {
                f(layer, counter);
            }
        }));
    }
}

impl<T: Real, M: Module<T> + ?Sized> Drop for Renewal<'_, T, M> {
    fn drop(&mut self) {
        for layer in &self.layers {
            layer.running.iter().zip(&layer.before).for_each(|(running, before)| running.set(before.clone()));
        }
        self.each_counter(|layer, counter| counter.set(layer.count_before));
        let mut training = self.training.iter();
        self.model.visit(&mut Visitor::new(&mut |_, part| {
            if let Part::Training(part) = part {
                training.next().into_iter().for_each(|&on| part.set(on));
            }
        }));
    }
}
