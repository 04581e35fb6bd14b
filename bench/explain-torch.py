"""Ways of seeing in PyTorch, with captum and pytorch-grad-cam, on the tutorial's network: milliseconds on the
clock and of all threads together.

    python bench/explain-torch.py cat_vs_dog.h5 THREADS CASE...

Prints one line of JSON. Needs torch, captum, grad-cam, h5py (pip install torch torchvision captum grad-cam h5py).
"""
import json
import sys
import time

import h5py
import numpy as np
import torch
from captum.attr import IntegratedGradients, NoiseTunnel, Occlusion, Saliency
from pytorch_grad_cam import GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM, XGradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn

path, threads, *cases = sys.argv[1:]
torch.set_num_threads(int(threads))


class Network(nn.Module):
    def __init__(self, file):
        super().__init__()
        weights = {}
        file["model_weights"].visititems(
            lambda name, item: weights.update({tuple(name.split("/")[-2:]): np.array(item)})
            if isinstance(item, h5py.Dataset) else None
        )
        get = lambda layer, name: next(w for (of, n), w in weights.items() if of == layer and name in n)
        self.convs = nn.ModuleList()
        for layer in ["conv2d", "conv2d_1", "conv2d_2", "conv2d_3"]:
            kernel = torch.tensor(get(layer, "kernel").transpose(3, 2, 0, 1).copy())
            conv = nn.Conv2d(kernel.shape[1], kernel.shape[0], 3)
            conv.weight.data, conv.bias.data = kernel.float(), torch.tensor(get(layer, "bias")).float()
            self.convs.append(conv)
        self.dense = nn.ModuleList()
        for layer in ["dense", "dense_1"]:
            kernel = torch.tensor(get(layer, "kernel").T.copy())
            dense = nn.Linear(kernel.shape[1], kernel.shape[0])
            dense.weight.data, dense.bias.data = kernel.float(), torch.tensor(get(layer, "bias")).float()
            self.dense.append(dense)
        self.relus = nn.ModuleList([nn.ReLU() for _ in range(5)])
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        for conv, relu in zip(self.convs, self.relus):
            x = self.pool(relu(conv(x)))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense[1](self.relus[4](self.dense[0](x)))


net = Network(h5py.File(path)).eval()
torch.manual_seed(1)
photo = torch.rand(1, 3, 150, 150)
target = [ClassifierOutputTarget(0)]
cam = GradCAM(model=net, target_layers=[net.relus[3]])
cams = [
    kind(model=net, target_layers=[net.relus[layer]])
    for kind in (GradCAM, GradCAMPlusPlus, XGradCAM, LayerCAM, HiResCAM) for layer in range(4)
]


def rise():
    """7 x 7 cells, enlarged to 8 cells a side, cut out at random places."""
    sums = torch.zeros(150, 150)
    with torch.no_grad():
        for _ in range(20):
            grids = (torch.rand(50, 1, 7, 7) < 0.5).float()
            large = nn.functional.interpolate(grids, size=(176, 176), mode="bilinear", align_corners=False)
            at = torch.randint(0, 22, (50, 2))
            masks = torch.stack([m[:, y:y + 150, x:x + 150] for m, (y, x) in zip(large, at.tolist())])
            sums += (net(photo * masks)[:, :, None, None] * masks).sum((0, 1))
    return sums / (1000 * 0.5)


def maximise():
    x = torch.rand(1, 3, 150, 150)
    for _ in range(256):
        x.requires_grad_(True)
        value = net.convs[2](net.pool(net.relus[1](net.convs[1](net.pool(net.relus[0](net.convs[0](x)))))))
        (g,) = torch.autograd.grad(value[:, 5].mean(), x)
        x = (x + 0.05 * g / (g.pow(2).mean().sqrt() + 1e-8)).detach()
    return x


work = {
    "gradient": (20, lambda: Saliency(net).attribute(photo.clone(), abs=False)),
    "grad-cam": (20, lambda: cam(input_tensor=photo, targets=target)),
    "all CAMs": (10, lambda: [each(input_tensor=photo, targets=target) for each in cams]),
    "integrated-gradients": (3, lambda: IntegratedGradients(net).attribute(photo, n_steps=50)),
    "smoothgrad": (3, lambda: NoiseTunnel(Saliency(net)).attribute(
        photo, nt_type="smoothgrad", nt_samples=50, nt_samples_batch_size=10, stdevs=0.1)),
    "occlusion": (1, torch.no_grad()(lambda: Occlusion(net).attribute(
        photo, sliding_window_shapes=(3, 15, 15), strides=(3, 5, 5), perturbations_per_eval=16))),
    "rise": (1, rise),
    "maximise": (1, maximise),
}
times = {}
for case in cases:
    repeats, run = work[case]
    if repeats > 1:
        run()
    wall, cpu = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        run()
        wall.append(1000 * (time.perf_counter() - start))
        cpu.append(1000 * (time.process_time() - busy))
    times[case] = {"wall": sorted(wall)[repeats // 2], "cpu": sorted(cpu)[repeats // 2]}
print(json.dumps(times))
