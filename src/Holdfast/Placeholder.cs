namespace Holdfast;
