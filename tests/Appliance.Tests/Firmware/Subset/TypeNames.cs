using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Appliance.Tests.Firmware.Subset;

/// <summary>Types of a signature as text: Int32, System.Device.Gpio.GpioPin, Byte[].</summary>
internal sealed class TypeNames : ISignatureTypeProvider<string, object?>
{
    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetByReferenceType(string elementType) => elementType + "&";

    public string GetPointerType(string elementType) => elementType + "*";

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{shape.Rank}]";

    public string GetPinnedType(string elementType) => elementType;

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) =>
        $"{genericType}<{string.Join(",", typeArguments)}>";

    public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

    public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

    public string GetFunctionPointerType(MethodSignature<string> signature) => "method*";

    public string GetTypeFromDefinition(MetadataReader r, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        TypeDefinition type = r.GetTypeDefinition(handle);
        return Name(r.GetString(type.Namespace), r.GetString(type.Name));
    }

    public string GetTypeFromReference(MetadataReader r, TypeReferenceHandle handle, byte rawTypeKind)
    {
        TypeReference type = r.GetTypeReference(handle);
        return Name(r.GetString(type.Namespace), r.GetString(type.Name));
    }

    public string GetTypeFromSpecification(
        MetadataReader r, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        r.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    private static string Name(string space, string name) => space.Length > 0 ? $"{space}.{name}" : name;
}
