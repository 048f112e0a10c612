"""A shop in Flask: templates, JSON, a session, forms, an upload, a stream, error pages."""

import hashlib

from flask import (
    Flask,
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

app = Flask(__name__)
app.secret_key = "not a secret: this is an example"

PRODUCTS = {
    1: {"name": "Kettle", "price": 29},
    2: {"name": "Teapot", "price": 41},
    3: {"name": "Café crème, “grand”", "price": 4},
}


@app.get("/")
def products():
    return render_template("products.html", products=PRODUCTS, theme=request.cookies.get("theme"))


@app.get("/products/<int:number>")
def product(number):
    return render_template("product.html", number=number, product=known(number))


@app.get("/api/products")
def api_products():
    return jsonify([{"id": number, **product} for number, product in PRODUCTS.items()])


@app.get("/api/products/<int:number>")
def api_product(number):
    return jsonify(id=number, **known(number))


@app.post("/api/price")
def api_price():
    """Adds up an order: {"items": {"1": 2, "3": 1}}."""
    items = request.get_json()["items"]
    return jsonify(total=sum(known(int(number))["price"] * n for number, n in items.items()))


@app.get("/search")
def search():
    wanted = request.args.get("q", "")
    found = {n: p for n, p in PRODUCTS.items() if wanted.lower() in p["name"].lower()}
    return render_template("products.html", products=found, theme=None)


@app.post("/theme")
def theme():
    """Keeps the chosen theme in a cookie."""
    response = make_response(redirect(url_for("products")))
    response.set_cookie("theme", request.form["theme"], samesite="Lax")
    return response


@app.route("/cart", methods=["GET", "POST"])
def cart():
    """Keeps the cart in the signed session cookie."""
    if request.method == "POST":
        number = request.form["product"]
        known(int(number))
        content = dict(session.get("cart", {}))
        content[number] = content.get(number, 0) + 1
        session["cart"] = content
        return redirect(url_for("cart"), code=303)
    return jsonify(session.get("cart", {}))


@app.post("/photos")
def photos():
    """Reports each uploaded file and the fields beside it."""
    files = [
        {"field": field, "name": file.filename, "type": file.mimetype, **fingerprint(file.stream)}
        for field, file in request.files.items(multi=True)
    ]
    return jsonify(files=files, fields=request.form.to_dict())


def fingerprint(stream):
    digest, length = hashlib.sha256(), 0
    while block := stream.read(1 << 16):
        digest.update(block)
        length += len(block)
    return {"length": length, "sha256": digest.hexdigest()}


@app.get("/export")
def export():
    """Streams 200 MiB, or ?mib=N, of lines."""
    block = b"".join(b"%014d;Kettle;29.00 EUR\n" % number for number in range(2048))  # 64 KiB
    blocks = request.args.get("mib", 200, type=int) * 16
    return Response((block for _ in range(blocks)), mimetype="text/csv")


@app.get("/error")
def error():
    raise RuntimeError("this page always fails")


@app.errorhandler(404)
def not_found(_):
    return render_template("error.html", text="There is no such page."), 404


@app.errorhandler(500)
def failed(_):
    return render_template("error.html", text="Sorry, something broke."), 500


def known(number):
    return PRODUCTS.get(number) or abort(404)
