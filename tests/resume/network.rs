//! A network with all that is random in a training: order and augmentation of the data, dropout, noise of a generator.

use autograd::nn::data::{DataLoader, Dataset, LoaderState, RandomCrop, RandomHorizontalFlip, TensorDataset};
use autograd::nn::state::Checkpoint;
use autograd::optim::Resume;
use autograd::prelude::*;

#[derive(Module)]
struct Net {
    conv: Conv2d,
    norm: BatchNorm2d,
    dropout: Dropout,
    out: Linear,
}

impl Net {
    fn new(generator: &mut Generator) -> Self {
        Net {
            conv: Conv2d::new(1, 3, 3, generator),
            norm: BatchNorm2d::new(3),
            dropout: Dropout::new(0.3, generator),
            out: Linear::new(3 * 4 * 4, 3, generator),
        }
    }

    fn forward(&self, x: &Var) -> Var {
        let x = self.norm.forward(&self.conv.forward(x)).relu();
        self.out.forward(&self.dropout.forward(&x.reshape([x.shape()[0], 3 * 4 * 4])))
    }
}

/// Twenty pictures in three classes, in another order and with other shifts in each epoch.
fn loader() -> DataLoader<(Tensor, Tensor<i64>)> {
    let mut generator = Generator::seed(5);
    let x = Tensor::normal([20, 1, 6, 6], 0.0, 1.0, &mut generator);
    let y: Vec<i64> = (0..20).map(|i| i % 3).collect();
    let data = TensorDataset::new(x, Tensor::from(y))
        .transform(RandomCrop::new([6, 6]).padding(1))
        .transform(RandomHorizontalFlip::new(0.5));
    DataLoader::new(data, 6).shuffle(8).workers(2)
}

fn train(start: Option<&Checkpoint>, steps: u64) -> Checkpoint {
    // What goes on from a file begins with other numbers, which it must not keep.
    let mut generator = Generator::seed(if start.is_some() { 99 } else { 1 });
    let model = Net::new(&mut generator);
    let mut adam = Adam::new(&model, 0.7).expect("good settings");
    let loader = loader();
    let (mut step, mut losses, mut batches) = (0, Vec::<f32>::new(), loader.epoch(0));
    if let Some(checkpoint) = start {
        checkpoint.resume(&model, &mut adam).expect("the same model");
        generator = Generator::from_state(checkpoint.value("generator").expect("saved"));
        (step, losses) = checkpoint.value("progress").expect("saved");
        batches = loader.resume(checkpoint.value::<LoaderState>("loader").expect("saved")).expect("the same loader");
    }
    while step < steps {
        let Some(batch) = batches.next() else {
            batches = loader.epoch(batches.state().epoch + 1);
            continue;
        };
        let (x, y) = batch.expect("data from memory");
        let noise = Tensor::normal(x.shape().clone(), 0.0, 0.1, &mut generator);
        let loss = model.forward(&(Var::constant(x) + Var::constant(noise))).cross_entropy(&y);
        losses.push(loss.item());
        adam.step_clipped(&loss.backward(), 0.5).expect("finite gradients");
        step += 1;
        // The next step's, so that the rate is a part of the optimiser's state that the file has to bring back.
        adam.set_lr(0.05 / (1.0 + step as f64)).expect("a good rate");
    }
    Checkpoint::of(&model)
        .with_optimizer(&adam)
        .with("generator", generator.state())
        .with("loader", batches.state())
        .with("progress", (step, losses))
}

#[test]
fn a_network_goes_on_to_the_last_bit_after_any_step() {
    // Four batches an epoch: the third epoch is under way at the end.
    super::stopped_anywhere_it_ends_the_same("network", train, 10);
}

#[test]
fn without_any_one_part_it_would_end_elsewhere() {
    let (stopped, whole) = (train(None, 5), train(None, 10));
    let mut without_streams = stopped.clone();
    without_streams.insert(
        Checkpoint::STREAMS,
        Checkpoint::of(&Net::new(&mut Generator::seed(3))).section(Checkpoint::STREAMS).expect("streams").clone(),
    );
    let state = |steps| train(None, steps);
    let older = |name: &str| match name {
        "generator" => stopped.clone().with(name, Generator::seed(1).state()),
        _ => stopped.clone().with(name, loader().epoch(0).state()),
    };
    let mut memory = stopped.clone();
    memory.insert("optimizer", state(4).section("optimizer").expect("an optimiser").clone());
    let mut buffers = stopped.section(Checkpoint::MODEL).expect("a model").clone();
    buffers.insert("norm.running_mean", Tensor::full([3], 0.25f32));
    let mut model = stopped.clone();
    model.insert(Checkpoint::MODEL, buffers);
    for (what, altered) in [
        ("streams", without_streams),
        ("generator", older("generator")),
        ("loader", older("loader")),
        ("optimiser", memory),
        ("buffers", model),
    ] {
        assert!(
            train(Some(&altered), 10) != whole,
            "the {what} make no difference: the test above proves less than it says"
        );
    }
    assert!(train(Some(&stopped), 10) == whole);
}
