namespace Appliance.Supervisor.Update;

/// <summary>
/// Sums of points on a curve with a = -3, in Jacobian coordinates, every special case included: a signature can be
/// chosen so that equal or opposite points meet. Formulas: D. Bernstein, T. Lange, EFD "dbl-2001-b", "add-2007-bl".
/// </summary>
internal sealed class CurveSums
{
    private readonly PrimeField field;
    private readonly uint[] a = new uint[PrimeField.Words];
    private readonly uint[] b = new uint[PrimeField.Words];
    private readonly uint[] c = new uint[PrimeField.Words];
    private readonly uint[] d = new uint[PrimeField.Words];
    private readonly uint[] e = new uint[PrimeField.Words];
    private readonly uint[] f = new uint[PrimeField.Words];

    public CurveSums(PrimeField field)
    {
        this.field = field;
    }

    /// <summary>Doubles in place.</summary>
    public void Double(CurvePoint p)
    {
        if (p.IsInfinity)
        {
            return;
        }

        field.Multiply(p.Z, p.Z, a);
        field.Multiply(p.Y, p.Y, b);
        field.Multiply(p.X, b, c);
        field.Subtract(p.X, a, d);
        field.Add(p.X, a, e);
        field.Multiply(d, e, d);
        field.Add(d, d, e);
        field.Add(d, e, d);

        // z = (y + z)^2 - y^2 - z^2
        field.Add(p.Y, p.Z, e);
        field.Multiply(e, e, e);
        field.Subtract(e, b, e);
        field.Subtract(e, a, p.Z);

        // x = alpha^2 - 8 beta
        field.Add(c, c, c);
        field.Add(c, c, c);
        field.Multiply(d, d, p.X);
        field.Subtract(p.X, c, p.X);
        field.Subtract(p.X, c, p.X);

        // y = alpha (4 beta - x) - 8 gamma^2
        field.Subtract(c, p.X, c);
        field.Multiply(d, c, p.Y);
        field.Multiply(b, b, b);
        field.Add(b, b, b);
        field.Add(b, b, b);
        field.Add(b, b, b);
        field.Subtract(p.Y, b, p.Y);
    }

    /// <summary>Adds q to p in place.</summary>
    public void Add(CurvePoint p, CurvePoint q)
    {
        if (q.IsInfinity)
        {
            return;
        }

        if (p.IsInfinity)
        {
            p.Set(q);
            return;
        }

        field.Multiply(p.Z, p.Z, a);
        field.Multiply(q.Z, q.Z, b);
        field.Multiply(p.X, b, c);
        field.Multiply(q.X, a, d);
        field.Multiply(b, q.Z, b);
        field.Multiply(p.Y, b, b);
        field.Multiply(a, p.Z, a);
        field.Multiply(q.Y, a, a);
        field.Subtract(d, c, d);
        field.Subtract(a, b, a);
        if (PrimeField.IsZero(d))
        {
            if (PrimeField.IsZero(a))
            {
                Double(p);
            }
            else
            {
                field.Subtract(p.Z, p.Z, p.Z);
            }

            return;
        }

        // c = u1, d = h, b = s1, a = r; e = h^2, f = h^3
        field.Multiply(p.Z, q.Z, p.Z);
        field.Multiply(p.Z, d, p.Z);
        field.Multiply(d, d, e);
        field.Multiply(d, e, f);
        field.Multiply(c, e, c);
        field.Multiply(a, a, p.X);
        field.Subtract(p.X, f, p.X);
        field.Subtract(p.X, c, p.X);
        field.Subtract(p.X, c, p.X);
        field.Subtract(c, p.X, c);
        field.Multiply(a, c, c);
        field.Multiply(b, f, b);
        field.Subtract(c, b, p.Y);
    }
}
