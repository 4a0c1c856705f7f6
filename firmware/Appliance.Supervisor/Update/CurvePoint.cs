namespace Appliance.Supervisor.Update;

/// <summary>A point in Jacobian coordinates (x / z^2, y / z^3), each in Montgomery's form; z = 0 is infinity.</summary>
internal sealed class CurvePoint
{
    public uint[] X { get; } = new uint[PrimeField.Words];

    public uint[] Y { get; } = new uint[PrimeField.Words];

    public uint[] Z { get; } = new uint[PrimeField.Words];

    public bool IsInfinity => PrimeField.IsZero(Z);

    public void Set(CurvePoint other)
    {
        PrimeField.Copy(other.X, X);
        PrimeField.Copy(other.Y, Y);
        PrimeField.Copy(other.Z, Z);
    }
}
